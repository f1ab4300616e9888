//! `BENCHMARKS.md`: what was measured, on which machine, when, and by which command. Each measure
//! has a section of its own and leaves the others as they are.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::Result;

use crate::{paths, run};

const FILE: &str = "BENCHMARKS.md";
const HEAD: &str = "# Benchmarks\n\nEach section is written by the command it names, from scratch, \
                    in one run on one machine. Ratios\nsay more than times: the disk and the \
                    processor are the machine's own.\n";

/// Writes a section, in place of the one of this name if there is one.
pub fn put(name: &str, command: &str, figures: &str) -> Result<()> {
    let path = paths::root().join(FILE);
    let book = std::fs::read_to_string(&path).unwrap_or_else(|_| HEAD.to_owned());
    let about = format!("`{command}` on {}\n{}", today()?, machine());
    std::fs::write(&path, with_section(&book, name, &about, figures))?;
    Ok(())
}

fn with_section(book: &str, name: &str, about: &str, figures: &str) -> String {
    let title = format!("## {name}\n");
    let mut sections: Vec<String> = Vec::new();
    for line in book.split_inclusive('\n') {
        match sections.last_mut() {
            Some(section) if !line.starts_with("## ") => section.push_str(line),
            _ => sections.push(line.to_owned()),
        }
    }
    let new = format!("{title}\n{about}\n\n```text\n{}\n```\n", figures.trim_end());
    match sections.iter_mut().find(|it| it.starts_with(&title)) {
        Some(section) => *section = new,
        None => sections.push(new),
    }
    let mut book = String::new();
    for section in sections {
        _ = write!(book, "{}\n\n", section.trim_end());
    }
    book.trim_end().to_owned() + "\n"
}

fn today() -> Result<String> {
    let date = run::quiet(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    Ok(date.trim().to_owned())
}

/// Processor, cores, memory, system.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let of = |text: &str, name: &str| {
        let line = text.lines().find(|it| it.starts_with(name));
        let value = line.and_then(|it| it.split_once(':'));
        value
            .map(|(_, it)| it.trim().to_owned())
            .unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = of(&read("/proc/meminfo"), "MemTotal");
    let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
    format!(
        "({}, {cores} cores, {} GB of memory, Linux {})",
        of(&read("/proc/cpuinfo"), "model name"),
        kib / 1_000_000,
        read("/proc/sys/kernel/osrelease").trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_takes_the_place_of_its_own_and_leaves_the_others() {
        let one = with_section("# Benchmarks\n\nWords.\n", "One", "then", "1");
        let two = with_section(&one, "Two", "then", "2");
        assert!(two.starts_with("# Benchmarks\n\nWords.\n\n## One\n\nthen\n\n```text\n1\n```\n"));
        let again = with_section(&two, "One", "now", "3");
        assert!(again.contains("now\n\n```text\n3\n```\n") && again.contains("\n## Two\n"));
        assert!(!again.contains("```text\n1\n```"));
        assert_eq!(with_section(&again, "One", "now", "3"), again);
    }
}
