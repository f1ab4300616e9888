//! A small reader of JSON, and the little writing that goes with it.
//!
//! Pure, and small on purpose: the phone reads four kinds of answers, and a general reader would
//! weigh as much as everything else on the screen. It takes any JSON and never fails on a field
//! that it does not know: an old phone understands a newer server.

use uuid::Uuid;

/// How deep lists may stand in lists: our answers need five.
const DEPTH_MAX: usize = 32;

/// One value. Numbers stay as they are written until somebody says what they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`, and whatever is not there.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object; a name that comes twice is found the first time.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole text. `None`: it is not JSON.
    pub fn read(text: &str) -> Option<Self> {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            at: 0,
        };
        let value = reader.value(DEPTH_MAX)?;
        reader.skip_space();
        (reader.at == reader.bytes.len()).then_some(value)
    }

    /// A field; `null` when there is none.
    pub fn get(&self, name: &str) -> &Self {
        match self {
            Self::Object(fields) => fields
                .iter()
                .find(|(it, _)| it == name)
                .map_or(&Self::Null, |(_, value)| value),
            _ => &Self::Null,
        }
    }

    /// The text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The id, if the text is one.
    pub fn id<T: From<Uuid>>(&self) -> Option<T> {
        id(self.text()?)
    }

    /// The items; none when it is no list.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The whole number, if it is one that fits.
    pub fn whole(&self) -> Option<u32> {
        match self {
            Self::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// Degrees of a position: an ordinary decimal number, without exponent.
    pub fn degrees(&self) -> Option<f64> {
        let Self::Number(written) = self else {
            return None;
        };
        let (digits, sign) = match written.strip_prefix('-') {
            Some(digits) => (digits, -1.0),
            None => (written.as_str(), 1.0),
        };
        let (mut number, mut scale, mut after_point) = (0.0, 1.0, false);
        for byte in digits.bytes() {
            match byte {
                b'.' => after_point = true,
                // Beyond the size of an atom: not worth a digit, nor the rounding it brings.
                b'0'..=b'9' if scale < 1e12 => {
                    number = number * 10.0 + f64::from(byte - b'0');
                    scale *= if after_point { 10.0 } else { 1.0 };
                }
                b'0'..=b'9' => {}
                _ => return None,
            }
        }
        Some(sign * number / scale)
    }
}

/// The id that a text is. Why it is none is never asked here: that would weigh more than the rest.
pub fn id<T: From<Uuid>>(text: &str) -> Option<T> {
    Uuid::try_parse(text).ok().map(T::from)
}

/// Texts one after the other, with commas between.
pub fn listed(items: &mut dyn Iterator<Item = String>) -> String {
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&item);
    }
    out
}

/// A text between quotes, as JSON wants it.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // No text of ours has any; they could only hide something.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Degrees with seven decimals, a centimetre: `-0.5791800`.
pub fn decimal(degrees: f64) -> String {
    const SCALE: u64 = 10_000_000;
    // The number is on the earth: at most 180 × 10^7.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let scaled = (degrees.abs() * SCALE as f64).round() as u64;
    let sign = if degrees < 0.0 && scaled > 0 { "-" } else { "" };
    let digits = (scaled % SCALE + SCALE).to_string();
    [sign, &(scaled / SCALE).to_string(), ".", &digits[1..]].concat()
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.skip_space();
        match self.peek()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b'"' => self.text().map(Json::Text),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let is_it = self.bytes[self.at..].starts_with(word.as_bytes());
        is_it.then(|| {
            self.at += word.len();
            value
        })
    }

    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        while let Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') = self.peek() {
            self.at += 1;
        }
        let digits = &self.bytes[start..self.at];
        digits.iter().any(u8::is_ascii_digit).then_some(())?;
        String::from_utf8(digits.to_vec()).ok().map(Json::Number)
    }

    fn list(&mut self, depth: usize) -> Option<Json> {
        let mut items = Vec::new();
        self.between(b'[', b']', |reader| {
            items.push(reader.value(depth)?);
            Some(())
        })?;
        Some(Json::List(items))
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let mut fields = Vec::new();
        self.between(b'{', b'}', |reader| {
            reader.skip_space();
            let name = reader.text()?;
            reader.take(b':')?;
            fields.push((name, reader.value(depth)?));
            Some(())
        })?;
        Some(Json::Object(fields))
    }

    /// `open`, then as many of what `item` reads as there are, with commas, then `close`.
    fn between(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    fn text(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut out = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return String::from_utf8(out).ok(),
                b'\\' => {
                    let mut utf8 = [0; 4];
                    let c = self.escaped()?;
                    out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
                }
                0..=0x1f => return None,
                byte => out.push(byte),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return None,
        })
    }

    /// `é`, or the two halves of a character beyond the first 65,536.
    fn unicode(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        let rest = self.bytes.get(self.at..self.at + 2)?;
        (rest == b"\\u").then(|| self.at += 2)?;
        let second = self.four_digits()?.checked_sub(0xdc00)?;
        (second < 0x400).then_some(())?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut number = 0;
        for _ in 0..4 {
            number = number * 16 + char::from(self.peek()?).to_digit(16)?;
            self.at += 1;
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn same(ours: &Json, theirs: &Value) -> bool {
        match (ours, theirs) {
            (Json::Null, Value::Null) => true,
            (Json::Bool(a), Value::Bool(b)) => a == b,
            (Json::Number(a), Value::Number(b)) => *a == b.to_string(),
            (Json::Text(a), Value::String(b)) => a == b,
            (Json::List(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Json::Object(a), Value::Object(b)) => {
                a.len() == b.len() && b.iter().all(|(name, b)| same(ours.get(name), b))
            }
            _ => false,
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_others_write_is_read(value in any_json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let read = Json::read(&text);
                prop_assert!(read.is_some_and(|it| same(&it, &value)), "{}", text);
            }
        }

        #[test]
        fn nothing_that_comes_makes_it_fall(text in "[\\[\\]{}\",:0-9a-u\\\\ .-]{0,40}") {
            let _ = Json::read(&text);
        }

        #[test]
        fn what_we_write_others_read(text: String, degrees in -180.0..180.0f64) {
            let read: String = serde_json::from_str(&quoted(&text)).unwrap();
            prop_assert_eq!(read.chars().count(), text.chars().count());
            let read: f64 = serde_json::from_str(&decimal(degrees)).unwrap();
            prop_assert!((read - degrees).abs() < 1e-7);
            let ours = Json::read(&decimal(degrees)).unwrap().degrees().unwrap();
            prop_assert!((ours - degrees).abs() < 1e-7);
        }

        #[test]
        fn degrees_are_read_to_the_centimetre(degrees in -180.0..180.0f64) {
            let read = Json::read(&Value::from(degrees).to_string()).unwrap();
            if let Some(read) = read.degrees() {
                prop_assert!((read - degrees).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn half_a_text_is_no_json() {
        for wrong in [
            "",
            "{",
            "[1,",
            "[1,]",
            "{\"a\"}",
            "\"a",
            "tru",
            "nul",
            "1 2",
            "{\"a\":1}x",
            "-",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "<html>",
        ] {
            assert_eq!(Json::read(wrong), None, "{wrong}");
        }
        assert_eq!(Json::read(&"[".repeat(10_000)), None);
    }

    #[test]
    fn a_field_is_found_or_is_null() {
        let json = Json::read(r#" {"a": {"b": [1, "deux", -0.5]}, "c": 1e3} "#).unwrap();
        let items = json.get("a").get("b").items();
        assert_eq!(items[0].whole(), Some(1));
        assert_eq!(items[1].text(), Some("deux"));
        assert_eq!(items[2].degrees(), Some(-0.5));
        assert_eq!(items[2].whole(), None);
        assert_eq!(json.get("c").degrees(), None);
        assert_eq!(json.get("d").get("e"), &Json::Null);
    }

    #[test]
    fn a_centimetre_is_enough() {
        assert_eq!(decimal(44.837_789_04), "44.8377890");
        assert_eq!(decimal(-0.579_18), "-0.5791800");
        assert_eq!(decimal(-0.000_000_01), "0.0000000");
        assert_eq!(quoted("l’« été »\n\"\\"), "\"l’« été » \\\"\\\\\"");
    }
}
