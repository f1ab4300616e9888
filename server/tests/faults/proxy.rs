//! A wire between the server and its database that can be cut, go silent, or be slow.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a slow wire keeps what passes.
const SLOW: Duration = Duration::from_millis(15);
/// How often a wire looks whether something changed.
const LOOK: Duration = Duration::from_millis(20);

/// What a wire does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Whole = 0,
    /// What was connected is told so; nobody connects.
    Cut = 1,
    /// Nothing comes through, and nobody is told. What was connected stays so for good.
    Silent = 2,
    /// Everything takes a while.
    Slow = 3,
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    wire: AtomicU8,
    /// How often it went silent: connections of before never speak again.
    silences: AtomicUsize,
    ends: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    pub fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            wire: AtomicU8::new(Wire::Whole as u8),
            silences: AtomicUsize::new(0),
            ends: Mutex::default(),
        });
        let at_work = shared.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                at_work.connect(near, target);
            }
        });
        Self { port, shared }
    }

    pub fn set(&self, wire: Wire) {
        self.shared.wire.store(wire as u8, Ordering::SeqCst);
        match wire {
            Wire::Silent => _ = self.shared.silences.fetch_add(1, Ordering::SeqCst),
            Wire::Cut => {
                for end in self.shared.ends.lock().unwrap().drain(..) {
                    _ = end.shutdown(Shutdown::Both);
                }
            }
            Wire::Whole | Wire::Slow => {}
        }
    }
}

impl Shared {
    fn is(&self, wire: Wire) -> bool {
        self.wire.load(Ordering::SeqCst) == wire as u8
    }

    fn connect(self: &Arc<Self>, near: TcpStream, target: SocketAddr) {
        let silences = self.silences.load(Ordering::SeqCst);
        if self.is(Wire::Cut) {
            return;
        }
        let Ok(far) = TcpStream::connect(target) else {
            return;
        };
        let ends = [near.try_clone().unwrap(), far.try_clone().unwrap()];
        self.ends.lock().unwrap().extend(ends);
        let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
        for (from, to) in [(near, far), back] {
            let shared = self.clone();
            std::thread::spawn(move || shared.carry(from, to, silences));
        }
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream, silences: usize) {
        _ = from.set_read_timeout(Some(LOOK));
        _ = to.set_nodelay(true);
        let mut room = [0; 16_384];
        loop {
            let read = match from.read(&mut room) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if is_waiting(&e) => continue,
                Err(_) => break,
            };
            if self.is(Wire::Slow) {
                std::thread::sleep(SLOW);
            }
            let is_forgotten = self.silences.load(Ordering::SeqCst) != silences;
            if is_forgotten || self.is(Wire::Silent) {
                continue;
            }
            if to.write_all(&room[..read]).is_err() {
                break;
            }
        }
        // A wire that went silent does not even tell of an end.
        if self.silences.load(Ordering::SeqCst) == silences {
            _ = to.shutdown(Shutdown::Both);
        }
    }
}

fn is_waiting(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut)
}
