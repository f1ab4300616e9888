//! Bytes in hexadecimal, as people compare them.

/// Two small letters a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
