//! Pictures of flags: looked at for real, made small, and stripped of all that is hidden in them.
//!
//! Nothing of what was sent is kept: what is stored are the pixels, encoded anew, without position,
//! device or date.

use super::store::{self, NewPhoto};
use crate::access::{Action, Caller, Opening, Role, Scope, Sealable, Sealer};
use crate::app::App;
use crate::db::Tx;
use crate::hex::hex;
use crate::http::error::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::limits::{PHOTO_CHARS_MAX, PHOTO_EDGE_MAX_PX, PHOTO_PIXELS_MAX};
use domain::{FactId, ProgrammeId, SiteId};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{DynamicImage, ImageDecoder, ImageResult, imageops::FilterType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::io::Cursor;

/// How a picture is encoded: good enough to find a place again.
const JPEG_QUALITY: u8 = 80;
/// How every JPEG begins, and how it ends: what follows the end belongs to something else.
const JPEG_STARTS: [u8; 3] = [0xFF, 0xD8, 0xFF];
const JPEG_ENDS: [u8; 2] = [0xFF, 0xD9];

/// A picture that was looked at: JPEG, as base64.
#[derive(Clone, Serialize, Deserialize)]
pub struct Picture(String);

impl Sealable for Picture {
    const LABEL: &'static str = "photo";
}

impl Picture {
    /// The JPEG.
    fn bytes(&self) -> Result<Vec<u8>, Problem> {
        STANDARD.decode(&self.0).map_err(Problem::internal)
    }

    /// What its fact says of it: a keyed hash.
    pub fn mac(&self, app: &App) -> String {
        hex(&app.keys.mac("photo", self.0.as_bytes()))
    }
}

/// Looks at the pictures of a batch before anything is locked: decoding takes its time. Answers
/// those that are one, by their place in the batch.
pub async fn look_at(caller: &Caller, raws: &[Value]) -> Result<HashMap<usize, Picture>, Problem> {
    if caller.role() != Role::Agent {
        return Ok(HashMap::new());
    }
    let sent = raws.iter().enumerate().filter_map(|(index, raw)| {
        let text = raw.get("data")?.get("jpeg")?.as_str()?;
        let is_photo = raw.get("kind")?.as_str()? == "photo";
        (is_photo && text.len() <= PHOTO_CHARS_MAX).then(|| (index, text.to_owned()))
    });
    let sent: Vec<(usize, String)> = sent.collect();
    if sent.is_empty() {
        return Ok(HashMap::new());
    }
    let look = move || {
        let looked = sent.into_iter();
        looked
            .filter_map(|(index, text)| Some((index, made_anew(&STANDARD.decode(text).ok()?)?)))
            .collect()
    };
    tokio::task::spawn_blocking(look)
        .await
        .map_err(|e| Problem::internal(format!("looking at pictures: {e}")))
}

/// The picture that these bytes are, small and bare; nothing when they are no JPEG.
fn made_anew(bytes: &[u8]) -> Option<Picture> {
    if !bytes.starts_with(&JPEG_STARTS) || !bytes.ends_with(&JPEG_ENDS) {
        return None;
    }
    let picture = decoded(bytes).ok()??;
    let edge = PHOTO_EDGE_MAX_PX;
    let small = if picture.width() > edge || picture.height() > edge {
        picture.resize(edge, edge, FilterType::Triangle)
    } else {
        picture
    };
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
    small.to_rgb8().write_with_encoder(encoder).ok()?;
    Some(Picture(STANDARD.encode(out)))
}

/// The pixels, the right way up. The size that the file claims is looked at before any memory is
/// asked for them.
fn decoded(bytes: &[u8]) -> ImageResult<Option<DynamicImage>> {
    let mut decoder = JpegDecoder::new(Cursor::new(bytes))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PHOTO_PIXELS_MAX {
        return Ok(None);
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(Some(picture))
}

/// Seals a picture under a key of its own and keeps it.
pub async fn keep(
    tx: &mut Tx,
    sealer: &mut Sealer<'_>,
    programme: ProgrammeId,
    new: NewPhoto,
    picture: &Picture,
) -> Result<(), Problem> {
    let sealed = sealer.seal(tx, Scope::Photo(new.id), picture).await?;
    let new = NewPhoto {
        sealed: sealed.into_bytes(),
        ..new
    };
    store::insert_photo(tx, programme, new).await?;
    Ok(())
}

/// One picture, opened; the journal says by whom.
pub async fn open(app: &App, caller: &Caller, id: FactId) -> Result<Vec<u8>, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let sealed = store::photo(&mut tx, programme, id).await?;
    let sealed = sealed.ok_or_else(Problem::not_found)?;
    let (actor, named) = (caller.actor(), vec![sealed.scope()]);
    let action = Action::PhotoShown;
    let mut opening =
        Opening::begin(&mut tx, &app.keys, programme, actor, action, named, now).await?;
    let picture = opening.open(&mut tx, &sealed).await?;
    tx.commit().await?;
    picture.bytes()
}

/// A public site became discreet: its pictures are gone, for everybody and for good.
pub async fn forget(tx: &mut Tx, programme: ProgrammeId, site: SiteId) -> Result<(), Problem> {
    store::delete_photos(tx, programme, site).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, RgbImage};

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 251) as u8, (y % 241) as u8, 90])
        });
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Jpeg).unwrap();
        out.into_inner()
    }

    /// `bytes` with a segment right after its beginning, as cameras write EXIF.
    fn with_exif(bytes: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
        tiff.extend([0, 2]);
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
        tiff.extend([0; 4]);
        tiff.extend([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
        tiff.extend(b"48.8566 PARIS SECRET");
        let body = [b"Exif\0\0".as_slice(), &tiff].concat();
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&bytes[..2], &[0xFF, 0xE1], &length, &body, &bytes[2..]].concat()
    }

    fn contains(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|it| it == what)
    }

    fn size(picture: &Picture) -> (u32, u32) {
        let bytes = picture.bytes().unwrap();
        let picture = image::load_from_memory(&bytes).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn a_big_picture_becomes_small_and_a_small_one_stays() {
        assert_eq!(size(&made_anew(&jpeg(2_000, 1_000)).unwrap()), (1_280, 640));
        assert_eq!(size(&made_anew(&jpeg(30, 20)).unwrap()), (30, 20));
    }

    #[test]
    fn where_and_how_it_was_taken_is_gone_and_it_stands_the_right_way_up() {
        let sent = with_exif(&jpeg(40, 20), 6);
        assert!(contains(&sent, b"PARIS SECRET") && contains(&sent, b"Exif"));
        let kept = made_anew(&sent).unwrap();
        let bytes = kept.bytes().unwrap();
        assert!(!contains(&bytes, b"PARIS") && !contains(&bytes, b"Exif"));
        assert_eq!(size(&kept), (20, 40));
    }

    #[test]
    fn what_is_no_jpeg_is_no_picture() {
        let good = jpeg(40, 20);
        let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &good].concat();
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
        let followed = [good.as_slice(), b"PK\x03\x04 an archive behind a picture"].concat();
        let cut = [&good[..good.len() / 3], &[0xFF, 0xD9]].concat();
        let words = [&JPEG_STARTS, b"not a picture at all".as_slice(), &JPEG_ENDS].concat();
        for (what, bytes) in [
            ("nothing", Vec::new()),
            ("PNG", png),
            ("HEIC", heic),
            ("two files in one", followed),
            ("words", words),
        ] {
            assert!(made_anew(&bytes).is_none(), "{what}");
        }
        // A picture that was cut on the way shows what came; it never brings the server down.
        _ = made_anew(&cut);
    }

    #[test]
    fn a_hundred_megapixels_are_refused_by_what_they_claim() {
        let mut bytes = jpeg(40, 20);
        let sof = bytes.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
        bytes[sof + 5..sof + 9].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
        let claimed = JpegDecoder::new(Cursor::new(&bytes)).unwrap().dimensions();
        assert_eq!(claimed, (10_000, 10_000));
        assert!(made_anew(&bytes).is_none());
    }
}
