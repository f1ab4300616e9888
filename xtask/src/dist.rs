//! `cargo xtask dist`: one archive for each kind of machine, with the program, its units and how to
//! install it. Dynamically linked to the C library of this system: on Debian 12, archives run on
//! Debian 12 and newer.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::{paths, progress, run, setup};

/// A kind of machine.
struct Machine {
    /// In the archive's name.
    name: &'static str,
    /// As Rust calls it.
    target: &'static str,
    /// What compiles and links C for it from elsewhere, and the Debian packages that hold it.
    cross: &'static str,
    packages: &'static [&'static str],
}

const MACHINES: [Machine; 2] = [
    Machine {
        name: "x86_64",
        target: "x86_64-unknown-linux-gnu",
        cross: "x86_64-linux-gnu-gcc",
        packages: &["gcc-x86-64-linux-gnu", "libc6-dev-amd64-cross"],
    },
    Machine {
        name: "aarch64",
        target: "aarch64-unknown-linux-gnu",
        cross: "aarch64-linux-gnu-gcc",
        packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
    },
];

/// Makes the archives, or only that of one machine.
pub fn dist(only: Option<&str>) -> Result<()> {
    let chosen = |it: &&Machine| only.is_none_or(|name| name == it.name);
    let machines: Vec<&Machine> = MACHINES.iter().filter(chosen).collect();
    ensure!(
        !machines.is_empty(),
        "archives are made for x86_64 and aarch64"
    );
    setup::for_site()?;
    crate::site::build()?;
    let out = paths::target().join("dist");
    std::fs::create_dir_all(&out)?;
    for machine in machines {
        let binary = build(machine)?;
        let archive = pack(machine, &binary, &out)?;
        let bytes = std::fs::metadata(&archive)?.len();
        #[allow(clippy::cast_precision_loss, reason = "to be read by people")]
        let megabytes = bytes as f64 / 1e6;
        println!("{} ({megabytes:.1} MB)", archive.display());
    }
    Ok(())
}

/// Compiles the server for a machine.
fn build(machine: &Machine) -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command
        .args(["build", "--bin", "cueillette", "--package", "server"])
        .args(["--release", "--target", machine.target])
        .current_dir(paths::root());
    setup::rust_target(machine.target)?;
    if machine.name != std::env::consts::ARCH {
        setup::cross_compiler(machine.cross, machine.packages)?;
        let rust_name = machine.target.replace('-', "_");
        let linker = format!("CARGO_TARGET_{}_LINKER", rust_name.to_uppercase());
        command
            .env(linker, machine.cross)
            .env(format!("CC_{rust_name}"), machine.cross);
    }
    let what = format!("compiling the server for {}", machine.name);
    progress::loud_step(&what, || run::stream(&mut command))?;
    let folder = paths::target().join(machine.target).join("release");
    Ok(folder.join("cueillette"))
}

/// Puts the program beside what `server/deploy` has for operators.
fn pack(machine: &Machine, binary: &Path, out: &Path) -> Result<PathBuf> {
    let name = format!(
        "cueillette-{}-{}-linux",
        env!("CARGO_PKG_VERSION"),
        machine.name
    );
    let folder = out.join(&name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(binary, folder.join("cueillette"))
        .with_context(|| format!("{} is not there", binary.display()))?;
    let root = paths::root();
    std::fs::copy(root.join("LICENSE"), folder.join("LICENSE"))?;
    for entry in std::fs::read_dir(root.join("server/deploy"))? {
        let entry = entry?;
        std::fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    std::fs::write(folder.join("SHA256SUMS"), sums(&folder)?)?;
    let archive = out.join(format!("{name}.tar.gz"));
    run::quiet(
        Command::new("tar")
            .args(["--owner=0", "--group=0", "--sort=name", "-czf"])
            .arg(&archive)
            .arg("-C")
            .arg(out)
            .arg(&name),
    )?;
    Ok(archive)
}

/// As `sha256sum --check` reads them.
fn sums(folder: &Path) -> Result<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|it| it.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;
    names.sort();
    names.iter().try_fold(String::new(), |all, name| {
        let hash = setup::hex(&Sha256::digest(std::fs::read(folder.join(name))?));
        Ok(format!("{all}{hash}  {name}\n"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;

    #[test]
    fn an_archive_holds_the_program_its_units_and_sums_that_fit() {
        let folder = TempFolder::new("dist").unwrap();
        let binary = folder.path().join("built");
        std::fs::write(&binary, "program").unwrap();
        let archive = pack(&MACHINES[1], &binary, folder.path()).unwrap();
        let mut list = Command::new("tar");
        let listed = run::quiet(list.arg("-tzf").arg(&archive)).unwrap();
        for name in ["cueillette", "cueillette.service", "INSTALL.md", "LICENSE"] {
            assert!(
                listed.contains(&format!("aarch64-linux/{name}\n")),
                "{listed}"
            );
        }
        let inside = folder
            .path()
            .join(archive.file_stem().unwrap())
            .with_extension("");
        let mut check = Command::new("sha256sum");
        let check = check.args(["--check", "SHA256SUMS"]).current_dir(inside);
        assert!(run::quiet(check).is_ok());
    }

    #[test]
    fn the_installation_page_has_ten_steps_at_most_and_names_files_that_are_there() {
        let folder = paths::root().join("server/deploy");
        let page = std::fs::read_to_string(folder.join("INSTALL.md")).unwrap();
        let steps = page.lines().filter(|line| {
            let number = line.split_once(". ").map(|(number, _)| number);
            number.is_some_and(|it| it.parse::<u32>().is_ok())
        });
        assert!((5..=10).contains(&steps.count()));
        for name in ["Caddyfile", "env", "alert", "cueillette-backup.timer"] {
            let stem = name.split('.').next().unwrap();
            assert!(folder.join(name).is_file() && page.contains(stem), "{name}");
        }
    }
}
