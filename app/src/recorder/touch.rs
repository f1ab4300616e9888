//! Rain, a sleeve, a second glove: touches that nobody meant. Pure: times are passed in.
//!
//! A drop that runs over the glass is either very short or not alone. Only touches are looked at:
//! a mouse, a keyboard and a screen reader's own click are always meant.

/// Shorter than any finger, in milliseconds.
pub const TOUCH_MS_MIN: f64 = 25.0;
/// How long a touch lasts that opens the locked screen, in milliseconds.
pub const HOLD_MS: u32 = 900;

/// The touches on the glass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Touches {
    down: u32,
    since_ms: f64,
    spoiled: bool,
}

impl Touches {
    /// Something touches the glass.
    pub fn begin(&mut self, now_ms: f64) {
        if self.down == 0 {
            self.since_ms = now_ms;
        }
        // A second one spoils both, until the glass is free again.
        self.spoiled = self.down > 0;
        self.down += 1;
    }

    /// It leaves the glass.
    pub fn end(&mut self, now_ms: f64) {
        self.down = self.down.saturating_sub(1);
        self.spoiled |= now_ms - self.since_ms < TOUCH_MS_MIN;
    }

    /// Nothing is meant by the touch that has just ended, or is under way.
    pub fn is_rain(&self) -> bool {
        self.spoiled || self.down > 1
    }

    /// It has said what it meant while it lasted: lifting the finger means nothing more.
    pub fn spend(&mut self) {
        self.spoiled = true;
    }

    /// What was begun is not a touch any more (it became a scroll): the glass is free.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(touches: &mut Touches, from: f64, to: f64) -> bool {
        touches.begin(from);
        touches.end(to);
        touches.is_rain()
    }

    #[test]
    fn a_finger_is_meant_and_a_drop_is_not() {
        let mut touches = Touches::default();
        assert!(!touch(&mut touches, 0.0, 90.0));
        assert!(touch(&mut touches, 100.0, 110.0));
        assert!(!touch(&mut touches, 200.0, 260.0));
    }

    #[test]
    fn two_at_once_are_rain_and_the_next_finger_is_heard() {
        let mut touches = Touches::default();
        touches.begin(0.0);
        touches.begin(30.0);
        assert!(touches.is_rain());
        touches.end(200.0);
        assert!(touches.is_rain());
        touches.end(210.0);
        assert!(touches.is_rain());
        assert!(!touch(&mut touches, 400.0, 480.0));
    }

    #[test]
    fn a_long_touch_that_was_heard_is_not_heard_again_when_it_ends() {
        let mut touches = Touches::default();
        touches.begin(0.0);
        touches.spend();
        touches.end(1_200.0);
        assert!(touches.is_rain());
        assert!(!touch(&mut touches, 1_500.0, 1_580.0));
    }

    #[test]
    fn a_mouse_or_a_screen_reader_is_never_rain() {
        assert!(!Touches::default().is_rain());
    }

    #[test]
    fn a_scroll_leaves_nothing_behind() {
        let mut touches = Touches::default();
        touches.begin(0.0);
        touches.forget();
        assert!(!touch(&mut touches, 50.0, 120.0));
    }
}
