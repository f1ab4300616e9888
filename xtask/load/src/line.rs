//! A connection that stays open, as a phone's: HTTP/1.1 with as little work as possible, since the
//! server that is measured lives on the same machine.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// An open connection.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    /// Seconds to wait, when that was said.
    pub retry_after_s: Option<u64>,
    pub body: Vec<u8>,
}

impl Line {
    /// Connects to `127.0.0.1:PORT`.
    pub async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read_more().await?;
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
        };
        let said = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        let status = said.split(' ').nth(1).and_then(|it| it.parse().ok());
        let length: usize = header(&said, "content-length").context("an answer without length")?;
        while self.buffer.len() < head + length {
            self.read_more().await?;
        }
        Ok(Answer {
            status: status.context("no status")?,
            retry_after_s: header(&said, "retry-after"),
            body: self.buffer[head..head + length].to_vec(),
        })
    }

    async fn read_more(&mut self) -> Result<()> {
        if self.buffer.len() > ANSWER_BYTES_MAX {
            bail!("an answer without end");
        }
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server hung up");
        }
        Ok(())
    }
}

fn header<T: std::str::FromStr>(head: &str, name: &str) -> Option<T> {
    let mut pairs = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = pairs.find(|(it, _)| *it == name)?;
    value.trim().parse().ok()
}

/// Where `what` first occurs.
pub fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|it| it == what)
}
