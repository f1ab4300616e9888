//! A release binary embeds what the build made for the phone: compile again when that changes.

fn main() {
    println!("cargo::rerun-if-changed=../target/site/assets.json");
    println!("cargo::rerun-if-changed=migrations");
}
