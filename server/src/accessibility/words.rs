//! What the statement says besides its figures: in the order that the law's own model has.

use words::desk::accessibility as say;

pub(super) const TITLE: &str = say::TITLE;

pub(super) const PROMISE: &str = say::PROMISE;

pub(super) const SCOPE: &str = say::SCOPE;

pub(super) const STATE: &str = say::STATE;

pub(super) const STATE_WHY: &str = say::STATE_WHY;

/// Looked at on every page by the same walk, or by a story of its own.
pub(super) const CHECKED: [&str; 7] = [
    say::CHECKED_WIDTHS,
    say::CHECKED_TARGETS,
    say::CHECKED_HEADINGS,
    say::CHECKED_WITHOUT_SCRIPT,
    say::CHECKED_KEYBOARD,
    say::CHECKED_HEARD_AND_DRAWN,
    say::CHECKED_PDF,
];

pub(super) const NOT_CHECKED: [&str; 6] = [
    say::NOT_CHECKED_CRITERIA,
    say::NOT_CHECKED_SCREEN_READERS,
    say::NOT_CHECKED_OTHER_AIDS,
    say::NOT_CHECKED_WORDS,
    say::NOT_CHECKED_PICTURES,
    say::NOT_CHECKED_BROWSERS,
];

pub(super) const NOT_ACCESSIBLE: [&str; 3] = [
    say::NOT_ACCESSIBLE_MAP,
    say::NOT_ACCESSIBLE_MY_CARD,
    say::NOT_ACCESSIBLE_PAPER_CARD,
];

pub(super) const CONTACT: &str = say::CONTACT_WHOM;

pub(super) const CONTACT_HOW: &str = say::CONTACT_DUTY;

pub(super) const APPEAL: &str = say::APPEAL_WHOM;

pub(super) const APPEAL_POST: &str = say::APPEAL_POST;

pub(super) const APPEAL_CALL: &str = say::APPEAL_CALL;
