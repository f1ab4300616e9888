//! Every limit of the contract, with its unit, in one place: phone and server read the same ones.

/// Facts in one `POST /api/v1/facts`.
pub const FACTS_PER_BATCH_MAX: usize = 200;
/// Bytes of one request body: 200 facts of 2,000 characters, with room.
pub const BODY_BYTES_MAX: usize = 1_048_576;
/// KiB of all bodies with facts that a server holds at a time.
pub const BODIES_WAITING_KIB_MAX: usize = 64 * 1_024;
/// Batches of facts that are read at a time: each takes several times its bytes.
pub const BATCHES_AT_ONCE_MAX: usize = 64;
/// Bytes of a file of facts handed in for a phone.
pub const HAND_IN_BYTES_MAX: usize = 4 * 1_048_576;
/// Facts in such a file.
pub const HAND_IN_FACTS_MAX: usize = 10_000;
/// Characters of a picture as base64: some 220,000 bytes of JPEG.
pub const PHOTO_CHARS_MAX: usize = 300_000;
/// Pixels that a picture may claim to have before it is looked at.
pub const PHOTO_PIXELS_MAX: u64 = 12_000_000;
/// Pixels of the longer edge of a picture that is kept.
pub const PHOTO_EDGE_MAX_PX: u32 = 1_280;
/// Latest flags that an agent's phone is told what became of.
pub const OWN_FLAGS_MAX: usize = 20;
/// Items in one pickup or tally.
pub const COUNT_MAX: u32 = 1_000;
/// Characters of a note or a reason.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// Characters of a title, a meeting point, a pseudonym.
pub const TITLE_CHARS_MAX: usize = 120;
/// Characters of a civil name.
pub const NAME_CHARS_MAX: usize = 200;
/// Sites of one outing.
pub const SITES_PER_OUTING_MAX: usize = 100;
/// Items of one page of a list.
pub const PAGE_ITEMS_MAX: u32 = 200;
/// Items of one page of a list when nothing is asked.
pub const PAGE_ITEMS_DEFAULT: u32 = 50;
/// Litres of one sharps box.
pub const BOX_LITRES_MAX: f64 = 100.0;
/// Grams of one closed sharps box.
pub const BOX_WEIGHT_G_MAX: u32 = 100_000;
/// Wrong joining codes tried from one address before it must wait.
pub const JOIN_TRIES_MAX: u32 = 20;
/// How long such an address waits, in seconds.
pub const JOIN_WAIT_S: u32 = 60;
/// Wrong passwords of one account before it must wait, from wherever they come.
pub const ACCOUNT_TRIES_MAX: u32 = 10;
/// How long such an account waits, in seconds.
pub const ACCOUNT_WAIT_S: u32 = 60;
/// Wrong codes of a second factor in a row before its account must wait.
pub const CODE_TRIES_MAX: i64 = 5;
/// How long such an account waits, in seconds: some 500 tries a day of a million.
pub const CODE_WAIT_S: u32 = 900;
/// Characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Characters of an e-mail (RFC 5321).
pub const LOGIN_CHARS_MAX: usize = 254;
/// Bytes of all headers of one request.
pub const HEADERS_BYTES_MAX: usize = 16_384;
/// Invitations of one body that wait to be used.
pub const INVITATIONS_MAX: usize = 50;
/// Keys for programs of one body that work.
pub const API_TOKENS_MAX: usize = 20;
