//! Over a real listener: connections that stay open, both HTTP versions, TLS, and an end that loses nothing.

use crate::support::{Answer, TestApp, user};
use axum::Router;
use axum::http::Request;
use axum::routing::get;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use tenure_server::listen;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

/// A listener that serves until it is told to stop.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Running {
    async fn start(router: Router, tls: Option<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async move { drop(stopped.await) };
        let ended = tokio::spawn(listen::serve(listener, tls.map(Arc::new), router, stopped));
        Self { address, stop, ended }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn http1(&self) -> http1::SendRequest<Full<Bytes>> {
        let (sender, connection) = http1::handshake(TokioIo::new(self.connect().await)).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    async fn http2(&self) -> http2::SendRequest<Full<Bytes>> {
        let stream = TokioIo::new(self.connect().await);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        sender
    }
}

fn request(app: &TestApp, method: &str, path: &str, body: &str) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(format!("http://localhost/scim/v2{path}"))
        .header("host", "localhost")
        .header("authorization", format!("Bearer {}", app.secret.as_deref().unwrap()))
        .body(Full::from(body.to_owned()))
        .unwrap()
}

async fn answer(response: hyper::Response<Incoming>) -> Answer {
    let (head, body) = response.into_parts();
    Answer::new(head.status.as_u16(), head.headers, &body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let app = TestApp::new().await;
    let server = Running::start(app.router.clone(), None).await;
    let mut client = server.http1().await;
    for login in ["ada", "grace", "alan"] {
        let created =
            client.send_request(request(&app, "POST", "/Users", &user(login).to_string())).await.unwrap();
        let created = answer(created).await.expect(201);
        client.ready().await.unwrap();
        let read =
            client.send_request(request(&app, "GET", &format!("/Users/{}", created.id()), "")).await.unwrap();
        assert_eq!(answer(read).await.expect(200).json(), created.json());
        client.ready().await.unwrap();
    }
    let refused = client.send_request(request(&app, "GET", "/nowhere", "")).await.unwrap();
    answer(refused).await.refused(404, None);
}

#[tokio::test]
async fn http_2_with_prior_knowledge() {
    let app = TestApp::new().await;
    let server = Running::start(app.router.clone(), None).await;
    let client = server.http2().await;
    let calls: Vec<_> = (0..20)
        .map(|n| {
            let (mut client, body) = (client.clone(), user(&format!("user-{n}")).to_string());
            let request = request(&app, "POST", "/Users", &body);
            tokio::spawn(async move { answer(client.send_request(request).await.unwrap()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().expect(201);
    }
    assert_eq!(app.get("/Users").await.expect(200)["totalResults"], 20);
}

#[tokio::test]
async fn nothing_on_its_way_is_lost_at_the_end() {
    let (entered, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, go_on) = (Arc::clone(&entered), Arc::clone(&go_on));
        get(async move || {
            entered.notify_one();
            go_on.notified().await;
            "done"
        })
    };
    let server = Running::start(Router::new().route("/slow", slow), None).await;
    let (mut busy, mut idle) = (server.http1().await, server.http1().await);
    let asked = Request::builder().uri("/slow").header("host", "x").body(Full::default()).unwrap();
    let busy = tokio::spawn(async move { answer(busy.send_request(asked).await.unwrap()).await });
    entered.notified().await;
    server.stop.send(()).unwrap();
    // The idle connection is closed as soon as the end has begun; the busy one waits for its answer.
    while idle.ready().await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody new gets in");
    assert!(!server.ended.is_finished());
    go_on.notify_one();
    assert_eq!(busy.await.unwrap().expect(200).text, "done");
    server.ended.await.unwrap();
}

#[tokio::test]
async fn what_was_answered_before_the_end_is_there_after_it() {
    let app = TestApp::new().await;
    let server = Running::start(app.router.clone(), None).await;
    let client = server.http2().await;
    let calls: Vec<_> = (0..30)
        .map(|n| {
            let mut client = client.clone();
            let request = request(&app, "POST", "/Users", &user(&format!("user-{n}")).to_string());
            tokio::spawn(async move {
                let response = client.send_request(request).await.ok()?;
                (response.status() == 201).then_some(())
            })
        })
        .collect();
    tokio::task::yield_now().await;
    server.stop.send(()).unwrap();
    let mut answered = 0;
    for call in calls {
        answered += u64::from(call.await.unwrap().is_some());
    }
    server.ended.await.unwrap();
    let kept = app.get("/Users").await.expect(200)["totalResults"].as_u64().unwrap();
    assert!(kept >= answered, "{kept} kept, {answered} answered");
}

fn tls() -> (ServerConfig, TlsConnector) {
    let (certificate, key) = (include_bytes!("fixtures/certificate.pem"), include_bytes!("fixtures/key.pem"));
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], PrivateKeyDer::from_pem_slice(key).unwrap())
        .unwrap();
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    (server, TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn over_tls() {
    let app = TestApp::new().await;
    let (server, connector) = tls();
    let server = Running::start(app.router.clone(), Some(server)).await;
    // Who speaks no TLS, or hangs up, disturbs nobody.
    let mut plain = server.connect().await;
    plain.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    drop(server.connect().await);
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, server.connect().await).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let created =
        client.send_request(request(&app, "POST", "/Users", &user("ada").to_string())).await.unwrap();
    answer(created).await.expect(201);
    drop(client);
    server.stop.send(()).unwrap();
    server.ended.await.unwrap();
}

/// Bytes as they are, and everything that comes back until the server closes.
async fn raw(server: &Running, bytes: &[u8]) -> String {
    let mut stream = server.connect().await;
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_server_goes_on() {
    let app = TestApp::new().await;
    let server = Running::start(app.router.clone(), None).await;
    for bytes in [
        &b"\x00\x01\x02\x03"[..],
        b"GET\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: \x00\r\n\r\n",
        b"POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
        b"POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage",
    ] {
        let answer = raw(&server, bytes).await;
        assert!(!answer.starts_with("HTTP/1.1 5") && !answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
    let healthy = raw(&server, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(healthy.starts_with("HTTP/1.1 200"), "{healthy}");
}

#[tokio::test]
async fn absolute_and_asterisk_targets() {
    let app = TestApp::new().await;
    let server = Running::start(app.router.clone(), None).await;
    let secret = app.secret.as_deref().unwrap();
    let ask = |line: &str| {
        format!("{line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {secret}\r\nconnection: close\r\n\r\n")
    };
    let absolute = raw(&server, ask("GET http://x//scim/v2//Users/?count=1").as_bytes()).await;
    assert!(absolute.starts_with("HTTP/1.1 200"), "{absolute}");
    let asterisk = raw(&server, ask("OPTIONS *").as_bytes()).await;
    assert!(asterisk.starts_with("HTTP/1.1 404"), "{asterisk}");
}

#[tokio::test(start_paused = true)]
async fn who_connects_and_says_nothing_is_let_go() {
    let server = Running::start(Router::new(), None).await;
    for beginning in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_handshake_that_hangs_does_not_hold_up_the_end() {
    let server = Running::start(Router::new(), Some(tls().0)).await;
    let mut silent = server.connect().await;
    // The listener takes connections in order: once a later one is refused its plain text, this one has been taken too.
    raw(&server, b"GET / HTTP/1.1\r\n\r\n").await;
    server.stop.send(()).unwrap();
    let limit = std::time::Duration::from_secs(10);
    tokio::time::timeout(limit, server.ended).await.expect("the end waits for nobody").unwrap();
    assert!(matches!(silent.read(&mut [0; 1]).await, Ok(0) | Err(_)));
}
