//! The first bytes of a connection, by which HTTP/1.1 and HTTP/2 are told apart. hyper waits for them without end, so
//! the time that they may take is bounded here.

use super::HEAD_TIMEOUT;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What HTTP/2 begins with (RFC 9113 §3.4). HTTP/1.1 differs from it within a few bytes.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose reader is told of a timeout, unless the version is clear in time.
pub(super) struct Greeting<S> {
    stream: S,
    /// How much of the preface has come; nothing to wait for once it is complete or cannot be.
    pending: Option<(usize, Pin<Box<Sleep>>)>,
}

impl<S> Greeting<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, pending: Some((0, Box::pin(tokio::time::sleep(HEAD_TIMEOUT)))) }
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some((_, sleep)) = &mut self.pending else { return Poll::Pending };
        sleep.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn came(&mut self, bytes: &[u8]) {
        let Some((so_far, _)) = &mut self.pending else { return };
        let rest = &PREFACE[*so_far..];
        let may_be_preface = !bytes.is_empty() && rest.starts_with(bytes);
        *so_far += bytes.len();
        if !may_be_preface || *so_far == PREFACE.len() {
            self.pending = None;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Greeting<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => {
                self.came(&buffer.filled()[before..]);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Greeting<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
