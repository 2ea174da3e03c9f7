//! A keep-alive HTTP/1.1 connection that writes what it is given and reads the answer: as little work as a client can do.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends one request as it stands and reads its answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let (status, headers_end, length) = loop {
            if let Some(head) = read_head(&self.buffer)? {
                break head;
            }
            self.more().await?;
        };
        let body = match length {
            Length::Known(length) => {
                while self.buffer.len() < headers_end + length {
                    self.more().await?;
                }
                let rest = self.buffer.split_off(headers_end + length);
                let body = self.buffer.split_off(headers_end);
                self.buffer = rest;
                body
            }
            Length::Chunked => {
                let mut unread = self.buffer.split_off(headers_end);
                let body = loop {
                    if let Some((body, used)) = read_chunks(&unread)? {
                        unread.drain(..used);
                        break body;
                    }
                    self.buffer.clear();
                    self.more().await?;
                    unread.extend_from_slice(&self.buffer);
                };
                self.buffer = unread;
                body
            }
        };
        Ok(Answer { status, body })
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// A GET request with further header lines.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}\r\n").into_bytes()
}

#[derive(Clone, Copy)]
enum Length {
    Known(usize),
    Chunked,
}

fn read_head(buffer: &[u8]) -> Result<Option<(u16, usize, Length)>> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default());
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).context("no status line")?;
    let mut length = Length::Known(0);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = Length::Known(value.trim().parse().context("content-length")?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked") {
            length = Length::Chunked;
        }
    }
    Ok(Some((status, end + 4, length)))
}

/// The joined chunks and how many bytes they took, or `None` while some are missing.
fn read_chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(line) = rest.windows(2).position(|window| window == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(rest.get(..line).unwrap_or_default())?;
        let size = usize::from_str_radix(size.trim(), 16).context("chunk size")?;
        let Some(chunk) = rest.get(line + 2..line + 2 + size) else { return Ok(None) };
        if rest.len() < line + 4 + size {
            return Ok(None);
        }
        body.extend_from_slice(chunk);
        at += line + 4 + size;
        if size == 0 {
            return Ok(Some((body, at)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_when_all_are_there() {
        let bytes = b"4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\nHTTP";
        assert_eq!(read_chunks(bytes).unwrap(), Some((b"abcdef".to_vec(), bytes.len() - 4)));
        assert_eq!(read_chunks(&bytes[..12]).unwrap(), None);
    }
}
