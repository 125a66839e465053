//! A load balancer: one address that stays, in front of servers that come and go. A connection goes to the next server that
//! takes it, and breaks when that server dies.

use std::sync::{Arc, Mutex};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) struct Balancer {
    address: String,
    servers: Arc<Mutex<Vec<String>>>,
    running: JoinHandle<()>,
}

impl Balancer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let servers = Arc::<Mutex<Vec<String>>>::default();
        Self { address, running: tokio::spawn(run(listener, Arc::clone(&servers))), servers }
    }

    /// From now on connections go to these.
    pub(crate) fn set(&self, servers: Vec<String>) {
        *self.servers.lock().unwrap() = servers;
    }

    /// Where the SCIM endpoints are.
    pub(crate) fn scim(&self) -> String {
        format!("http://{}/scim/v2", self.address)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn run(listener: TcpListener, servers: Arc<Mutex<Vec<String>>>) {
    for turn in 0.. {
        let Ok((client, _)) = listener.accept().await else { return };
        let mut order = servers.lock().unwrap().clone();
        let first = turn % order.len().max(1);
        order.rotate_left(first);
        tokio::spawn(carry(client, order));
    }
}

/// Whoever finds no server is hung up on.
async fn carry(mut client: TcpStream, servers: Vec<String>) {
    for server in servers {
        if let Ok(mut server) = TcpStream::connect(server).await {
            // A server that dies is what this is for.
            let _ = copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
