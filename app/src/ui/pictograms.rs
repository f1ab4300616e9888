//! Pictograms: drawn for the product on a square of 24, one stroke width, round ends.
//!
//! Each is the data of one path, so that a screen carries only those it shows. A dot is a line with
//! no length. Meaning is never in the picture alone: a word goes with it, so pictures are hidden
//! from screen readers.

use domain::fact::Item;
use leptos::prelude::*;

/// A pictogram; the words beside it say what it means.
#[component]
pub fn Icon(
    /// One of the drawings of this module.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="i" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}

/// Names each drawing, and lists them all with what they mean.
macro_rules! drawings {
    ($(#[doc = $meaning:literal] $name:ident = $path:literal;)*) => {
        $(#[doc = $meaning] pub const $name: &str = $path;)*

        /// Every drawing: its name, what it means, its path.
        pub const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $meaning, $path)),*];
    };
}

drawings! {
    /// The product: a basket of what was gathered.
    BASKET = "M3 10.5h18l-2.2 10H5.2zM7 10.5a5 5 0 0110 0M12 5.5c0-2 1.1-3.2 3.2-3.5M9.5 14v3\
        M14.5 14v3";
    /// A place.
    PIN = "M12 21.5s7-6.4 7-11.8a7 7 0 00-14 0c0 5.4 7 11.8 7 11.8zM9.5 9.7\
        a2.5 2.5 0 105 0 2.5 2.5 0 10-5 0z";
    /// A discreet place: the same pin, its outline broken.
    PIN_DISCREET = "M7 15.3c2 3.5 5 6.2 5 6.2s3-2.7 5-6.2M5.1 11.5c-.8-4.3 1.5-7.6 4.7-8.5M14.2 3\
        c3.3 1 5.5 4.3 4.7 8.5M12 9.7h.01";
    /// Here, where I stand.
    HERE = "M6 12a6 6 0 1012 0 6 6 0 10-12 0zM12 2v4M12 18v4M2 12h4M18 12h4M12 12h.01";
    /// One more; counting.
    PLUS = "M12 5v14M5 12h14";
    /// Takes the last tap back.
    UNDO = "M9 5l-5 5 5 5M4 10h10a5.5 5.5 0 010 11h-3";
    /// A sharps box, with its line.
    BOX = "M4 8h16v12.5H4zM8 8V4h8v4M7.2 13h1.6M11.2 13h1.6M15.2 13h1.6";
    /// Counted one by one: tally marks.
    COUNTED = "M6 5v14M10 5v14M14 5v14M18 5v14M2.5 17l19-10";
    /// Estimated: about so many.
    ESTIMATED = "M4 9.5c2.7-3 5.3-3 8 0s5.3 3 8 0M4 16.5c2.7-3 5.3-3 8 0s5.3 3 8 0";
    /// Done, kept, there.
    CHECK = "M4.5 12.5l5 5L19.5 7";
    /// Waits to be sent.
    SEND = "M12 20V5M5.5 11.5L12 5l6.5 6.5";
    /// No network.
    CLOUD_OFF = "M6.6 8.8A5 5 0 007 18.7h9.7M10 5.6a6 6 0 018 4.7 4.3 4.3 0 013 6.7M3 3l18 18";
    /// The team.
    PEOPLE = "M5.5 8a3.5 3.5 0 107 0 3.5 3.5 0 10-7 0zM2.5 20.5c0-3.8 2.7-6.5 6.5-6.5\
        s6.5 2.7 6.5 6.5M15.5 4.8a3.4 3.4 0 010 6.4M18 14.7c2.2.9 3.5 3 3.5 5.8";
    /// One person.
    PERSON = "M8.2 7.8a3.8 3.8 0 107.6 0 3.8 3.8 0 10-7.6 0zM4.5 20.5c0-4 3-6.7 7.5-6.7\
        s7.5 2.7 7.5 6.7";
    /// Who is there.
    PRESENT = "M6.2 7.8a3.8 3.8 0 107.6 0 3.8 3.8 0 10-7.6 0zM2.5 20.5c0-4 2.8-6.7 7-6.7M13 17.5l3 3 5.5-6.5";
    /// Look out; needle-stick.
    WARNING = "M12 3.5l9.3 16.5H2.7zM12 10v4.5M12 17.3h.01";
    /// Good to know.
    INFO = "M3 12a9 9 0 1018 0 9 9 0 10-18 0zM12 11v5.5M12 7.5h.01";
    /// Leave, close.
    QUIT = "M6 6l12 12M18 6L6 18";
    /// The map.
    MAP = "M3 6.5L9 4l6 2.5L21 4v13.5L15 20l-6-2.5L3 20zM9 4v13.5M15 6.5V20";
    /// A date, an outing.
    CALENDAR = "M4 6h16v14.5H4zM4 10.5h16M8.5 3v4M15.5 3v4";
    /// A time, a wait.
    CLOCK = "M3 12a9 9 0 1018 0 9 9 0 10-18 0zM12 7v5l3.5 2";
    /// Take the file.
    DOWNLOAD = "M12 4v11.5M6 10l6 6 6-6M4.5 20.5h15";
    /// A numbered list on paper.
    SHEET = "M6 3h8.5L19 7.5V21H6zM14 3v5h5M9.5 12.5h6M9.5 16.5h6";
    /// An allowance.
    EURO = "M18.5 6.3A7.8 7.8 0 006 12a7.8 7.8 0 0012.5 5.7M3.5 10.3h10M3.5 13.7h9";
    /// Closed; kept under key.
    LOCK = "M5 11h14v9.5H5zM8 11V7.5a4 4 0 018 0V11M12 15v1.5";
    /// A code; a way in.
    KEY = "M3.5 15.5a4.5 4.5 0 109 0 4.5 4.5 0 10-9 0zM11.2 12.3L20 3.5M16 7.5l3 3";
    /// A list of things.
    LIST = "M9 6h11.5M9 12h11.5M9 18h11.5M4 6h.01M4 12h.01M4 18h.01";
    /// Home.
    HOME = "M3 11.5L12 4l9 7.5M5.5 9.7v10.8h13V9.7M10 20.5v-6h4v6";
    /// Change it.
    EDIT = "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5";
    /// A phone of the team.
    PHONE = "M7 2.5h10v19H7zM11 18h2";
    /// A call.
    RING = "M5 3.5h4l2 5-2.5 1.5a11 11 0 005.5 5.5l1.5-2.5 5 2v4a2 2 0 01-2 2A16 16 0 013 5.5a2 2 0 012-2z";
    /// Water.
    DROP = "M12 3s6.5 7 6.5 11.5a6.5 6.5 0 01-13 0C5.5 10 12 3 12 3z";
    /// What disinfects.
    BOTTLE = "M9 3h6M10.2 3v4L7.5 10v11h9V10l-2.7-3V3M7.5 14.5h9";
    /// A report.
    FLAG = "M5.5 21.5V3.5M5.5 4.5c4-2.5 8 2.5 13 0v9c-5 2.5-9-2.5-13 0";
    /// Full sun: the strongest contrast.
    SUN = "M7.8 12a4.2 4.2 0 108.4 0 4.2 4.2 0 10-8.4 0zM12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9\
        l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4";
    /// Further.
    NEXT = "M9 5l7 7-7 7";
    /// Back.
    BACK = "M15 5l-7 7 7 7";
    /// Wipe from this phone.
    TRASH = "M4 6.5h16M9 6.5V3.5h6v3M6 6.5l1 14h10l1-14M10 11v5.5M14 11v5.5";
    /// Sign out.
    LEAVE = "M10 3.5H4.5v17H10M9.5 12H21M16.5 7.5L21 12l-4.5 4.5";
    /// A walk, in order.
    WALK = "M3.5 18.5a2.5 2.5 0 105 0 2.5 2.5 0 10-5 0zM15.5 5.5\
        a2.5 2.5 0 105 0 2.5 2.5 0 10-5 0zM8.5 18.5H15a3.5 3.5 0 000-7H9a3 3 0 010-6h6.5";
    /// Try again.
    REFRESH = "M20 4v5.5h-5.5M4 20v-5.5h5.5M19.5 9.5A8 8 0 005.6 7.7M4.5 14.5a8 8 0 0013.9 1.8";
    /// All that is not needed at each step.
    MENU = "M4 6.5h16M4 12h16M4 17.5h16";
    /// A syringe.
    SYRINGE = "M3 21l4.5-4.5M6 13l5 5 7.5-7.5-5-5zM9 16l2-2M12 13l2-2M16 3l5 5M16 8l2.5-2.5";
    /// A needle alone.
    NEEDLE = "M3 21L14 10M12.5 8.5l3 3 4.5-4.5-3-3z";
    /// A pipe.
    PIPE = "M3 8.5h11M14 6.5h7v4a5 5 0 01-5 5 2 2 0 01-2-2z";
    /// Anything else that cuts or stings.
    OTHER = "M5 12h.01M12 12h.01M19 12h.01";
    /// A shop.
    SHOP = "M4 9l1.5-5h13L20 9M4 9a2.7 2.7 0 005.3 0 2.7 2.7 0 005.4 0A2.7 2.7 0 0020 9M5.5 12v8.5h13V12\
        M10 20.5V15h4v5.5";
    /// Who keeps the town clean.
    BROOM = "M14 3l-2.5 9M7 12h9l1.5 8.5h-12zM9.5 20.5l.5-4M13.5 20.5l-.3-4";
    /// The police.
    SHIELD = "M12 3l7.5 2.5v6c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5v-6z";
    /// A clean hand.
    HAND = "M8 21c-2.5-2-4-5-5-8 1-1.5 2.8-.5 4 1.5V5.5a1.5 1.5 0 013 0V11V4a1.5 1.5 0 013 0v7\
        V5.5a1.5 1.5 0 013 0V12V8a1.5 1.5 0 013 0v6c0 3-1 5.5-2.5 7z";
    /// Tongs.
    TONGS = "M9 3L6.5 15l3 5M15 3l2.5 12-3 5M9 3a3 3 0 016 0";
    /// Said aloud.
    VOICE = "M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4 4 0 010 6M18 6.5a8 8 0 010 11";
}

/// What is picked up.
pub fn of_item(item: Item) -> &'static str {
    match item {
        Item::Syringe => SYRINGE,
        Item::Needle => NEEDLE,
        Item::Pipe => PIPE,
        Item::Other => OTHER,
    }
}
