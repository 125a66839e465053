//! TLS by configuration.

use crate::support::Scene;
use insta::assert_snapshot;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

const CONFIGURATION: &str = "[server]\nlisten = \"127.0.0.1:0\"\n\
     tls = { certificate = \"certificate.pem\", key = \"key.pem\" }\n";

/// A certificate of our own making for `localhost`, written where the configuration says.
fn certify(scene: &Scene) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    scene.write("certificate.pem", made.cert.pem());
    scene.write("key.pem", made.signing_key.serialize_pem());
    made.cert.der().clone()
}

fn get(address: &str, path: &str, trusted: CertificateDer<'static>) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_answers_over_https() {
    let scene = Scene::empty();
    scene.write("tenure.toml", CONFIGURATION);
    let certificate = certify(&scene);
    let server = scene.serve();
    let answer = get(server.address(), "/readyz", certificate);
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ready\n"), "{answer}");
    assert!(server.log().iter().any(|line| line.contains("\"scim\":\"https://127.0.0.1:")));
    server.stop();
}

#[test]
fn files_that_do_not_serve_are_named() {
    let scene = Scene::empty();
    scene.write("tenure.toml", CONFIGURATION);
    assert_snapshot!(scene.run(&["serve"]), @r"
    exit 1
    --- stderr
    error: certificate `certificate.pem` cannot be read; it must be PEM
      because: I/O error: No such file or directory (os error 2)
    ");
    certify(&scene);
    scene.write("key.pem", "not a key");
    assert_snapshot!(scene.run(&["serve"]), @r"
    exit 1
    --- stderr
    error: private key `key.pem` cannot be read; it must be PEM
      because: no items found
    ");
    scene.write("key.pem", rcgen::KeyPair::generate().unwrap().serialize_pem());
    assert_snapshot!(scene.run(&["serve"]), @r"
    exit 1
    --- stderr
    error: the certificate and the private key do not fit together
      because: keys may not be consistent: KeyMismatch
    ");
    scene.write("certificate.pem", "not a certificate");
    assert_snapshot!(scene.run(&["serve"]), @r"
    exit 1
    --- stderr
    error: `certificate.pem` holds no certificate
    ");
}
