//! Each file beside its brotli and gzip forms, made once and as small as they get.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Result, anyhow};

const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW_BITS: i32 = 22;
/// These are compressed by their own format.
const COMPRESSED_ALREADY: [&str; 4] = ["woff2", "png", "jpg", "webp"];

/// What a file weighs, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sizes {
    pub plain: u64,
    /// As sent to a browser that takes brotli; the plain size when there is no brotli form.
    pub brotli: u64,
}

/// Writes all files under `folder` with their compressed forms, on all cores.
pub fn write_all(
    folder: &Path,
    files: BTreeMap<PathBuf, Vec<u8>>,
) -> Result<BTreeMap<PathBuf, Sizes>> {
    let waiting = Mutex::new(files.into_iter());
    let next = || waiting.lock().ok().and_then(|mut files| files.next());
    let work = || {
        let mut done = Vec::new();
        while let Some((name, bytes)) = next() {
            let sizes = write(&folder.join(&name), &bytes)?;
            done.push((name, sizes));
        }
        Ok::<_, anyhow::Error>(done)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let mut sizes = BTreeMap::new();
        for worker in workers {
            sizes.extend(worker.join().map_err(|_| anyhow!("compression broke"))??);
        }
        Ok(sizes)
    })
}

fn write(file: &Path, bytes: &[u8]) -> Result<Sizes> {
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(file, bytes)?;
    let plain = bytes.len() as u64;
    let extension = file.extension().unwrap_or_default();
    if COMPRESSED_ALREADY.iter().any(|known| extension == *known) {
        return Ok(Sizes {
            plain,
            brotli: plain,
        });
    }
    let brotli = brotli(bytes)?;
    fs::write(with_suffix(file, ".br"), &brotli)?;
    fs::write(with_suffix(file, ".gz"), gzip(bytes)?)?;
    Ok(Sizes {
        plain,
        brotli: brotli.len() as u64,
    })
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    name.into()
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;

    #[test]
    fn text_gets_two_smaller_forms_and_a_font_none() {
        let folder = TempFolder::new("compress").unwrap();
        let text = "cueillette ".repeat(200).into_bytes();
        let files = BTreeMap::from([
            ("pkg/a.js".into(), text.clone()),
            ("pkg/f.woff2".into(), text.clone()),
        ]);
        let sizes = write_all(folder.path(), files).unwrap();
        let has = |name: &str| folder.path().join(name).is_file();
        assert!(has("pkg/a.js") && has("pkg/a.js.br") && has("pkg/a.js.gz"));
        assert!(has("pkg/f.woff2") && !has("pkg/f.woff2.br"));
        assert!(sizes[Path::new("pkg/a.js")].brotli < 100);
        assert_eq!(sizes[Path::new("pkg/f.woff2")].brotli, text.len() as u64);
    }

    #[test]
    fn the_compressed_forms_unfold_to_the_same_bytes() {
        let text = b"les plus belles cueillettes";
        let mut out = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(text).unwrap()[..], &mut out).unwrap();
        assert_eq!(out, text);
        let mut out = String::new();
        let packed = gzip(text).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut out)
            .unwrap();
        assert_eq!(out.as_bytes(), text);
    }
}
