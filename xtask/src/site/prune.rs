//! Takes out of the WebAssembly and its glue what the phone never asks for, and gives short names
//! to what passes between the two: a tenth of what a first visit weighs.
//!
//! Every library that offers a class to scripts keeps it alive, whole, in every product that
//! contains it; ours are never handed to a script. The glue's own layout is relied on, and checked:
//! a future wasm-bindgen that writes it otherwise stops the build here.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use walrus::Module;

/// Classes of the stream library, which offers them to scripts: no script of ours takes them.
const FOREIGN_CLASS: &str = "IntoUnderlying";
/// Under this name the WebAssembly asks for its imports.
const IMPORTS: &str = "./app_bg.js";
const IMPORTS_SHORT: &str = "_";

/// Prunes `app.js` and `app_bg.wasm` of this folder together.
pub fn prune(bundle: &Path) -> Result<()> {
    let (glue_path, wasm_path) = (bundle.join("app.js"), bundle.join("app_bg.wasm"));
    let glue = without_foreign_classes(&fs::read_to_string(&glue_path)?);
    let wasm = fs::read(&wasm_path)?;
    let mut module = Module::from_buffer(&wasm)?;

    drop_unasked_exports(&mut module, &glue);
    walrus::passes::gc::run(&mut module);
    let glue = without_unused_imports(&module, &glue)?;
    let glue = shorten_imports(&mut module, glue)?;
    let glue = shorten_exports(&mut module, glue);

    fs::write(wasm_path, module.emit_wasm())?;
    fs::write(glue_path, glue)?;
    Ok(())
}

/// The glue without the top-level statements about a foreign class. Each begins at the start of a
/// line and ends with a line that closes it there.
fn without_foreign_classes(glue: &str) -> String {
    let mut kept = String::with_capacity(glue.len());
    let mut inside = false;
    for line in glue.lines() {
        let is_top_level = !line.starts_with([' ', '}']);
        let starts = is_top_level && !line.starts_with("//") && line.contains(FOREIGN_CLASS);
        if starts {
            // One line is a whole statement, several end where they began.
            inside = !line.ends_with(';') || line.contains("= (typeof");
        } else if !inside {
            kept.push_str(line);
            kept.push('\n');
        } else if line == "}" || line.trim_end().ends_with("));") || line.starts_with("    : new ")
        {
            inside = false;
        }
    }
    kept
}

fn is_asked(glue: &str, export: &str) -> bool {
    let call = format!("wasm.{export}");
    let mut found = glue.match_indices(&call);
    found.any(|(at, _)| ends_there(&glue[at + call.len()..]))
}

/// The name ends there, and is not the beginning of a longer one.
fn ends_there(rest: &str) -> bool {
    !rest.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_' || it == '$')
}

fn drop_unasked_exports(module: &mut Module, glue: &str) {
    let unasked: Vec<_> = module
        .exports
        .iter()
        .filter(|it| !is_asked(glue, &it.name))
        .map(|it| it.id())
        .collect();
    for id in unasked {
        module.exports.delete(id);
    }
}

/// The glue without the functions that the WebAssembly imports no more.
fn without_unused_imports(module: &Module, glue: &str) -> Result<String> {
    let mut kept = String::with_capacity(glue.len());
    let mut lines = glue.lines();
    while let Some(line) = lines.next() {
        let name = line
            .strip_prefix("        ")
            .and_then(|it| it.split_once(": function("));
        let unused = name.is_some_and(|(name, _)| {
            name.starts_with("__wb") && module.imports.find(IMPORTS, name).is_none()
        });
        if unused {
            lines
                .find(|it| *it == "        },")
                .context("the glue's imports are not laid out as they were")?;
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    Ok(kept)
}

fn shorten_imports(module: &mut Module, glue: String) -> Result<String> {
    let mut names = HashMap::new();
    for import in module.imports.iter_mut() {
        if import.module == IMPORTS {
            let short = short_name(names.len());
            names.insert(std::mem::replace(&mut import.name, short.clone()), short);
            import.module = IMPORTS_SHORT.into();
        }
    }
    let mut renamed = 0;
    let mut text = String::with_capacity(glue.len());
    for line in glue.lines() {
        let key = line
            .strip_prefix("        ")
            .and_then(|it| it.split_once(':'));
        match key.and_then(|(name, rest)| Some((names.get(name)?, rest))) {
            Some((short, rest)) => {
                renamed += 1;
                text.push_str(&format!("        {short}:{rest}\n"));
            }
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    ensure!(
        renamed == names.len(),
        "the glue has {renamed} of the {} functions that the WebAssembly imports",
        names.len()
    );
    let module_key = format!("\"{IMPORTS}\":");
    ensure!(
        text.contains(&module_key),
        "the glue names its imports otherwise than before"
    );
    Ok(text.replace(&module_key, &format!("\"{IMPORTS_SHORT}\":")))
}

/// Exports keep no meaning of their own: the glue is their only reader.
fn shorten_exports(module: &mut Module, mut glue: String) -> String {
    for (n, export) in module.exports.iter_mut().enumerate() {
        let short = short_name(n);
        glue = renamed(
            &glue,
            &format!("wasm.{}", export.name),
            &format!("wasm.{short}_"),
        );
        export.name = format!("{short}_");
    }
    glue
}

fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let after = &rest[at + from.len()..];
        result.push_str(&rest[..at]);
        result.push_str(if ends_there(after) { to } else { from });
        rest = after;
    }
    result + rest
}

/// a, b, … z, ba, bb, …
fn short_name(mut n: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(b'a' + u8::try_from(n % 26).unwrap_or(0));
        n /= 26;
        if n == 0 {
            break;
        }
    }
    name.reverse();
    name.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_never_meet() {
        let names: std::collections::HashSet<_> = (0..2_000).map(short_name).collect();
        assert_eq!(names.len(), 2_000);
    }

    #[test]
    fn a_longer_name_is_another_name() {
        let glue = "wasm.hydrate_all(); wasm.hydrate(1);";
        assert!(is_asked("wasm.hydrate()", "hydrate"));
        assert!(!is_asked("wasm.hydrate_all()", "hydrate"));
        assert_eq!(
            renamed(glue, "wasm.hydrate", "wasm.a_"),
            "wasm.hydrate_all(); wasm.a_(1);"
        );
    }

    #[test]
    fn a_foreign_class_goes_with_all_that_is_said_of_it() {
        let glue = "export class IntoUnderlyingSink {\n    free() {\n    }\n}\n\
                    if (Symbol.dispose) IntoUnderlyingSink.prototype[Symbol.dispose] = 1;\n\
                    export function hydrate() {\n    wasm.hydrate();\n}\n\
                    const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')\n    \
                    ? { register: () => {} }\n    \
                    : new FinalizationRegistry(ptr => wasm.__wbg_intounderlyingsink_free(ptr, 1));\n\
                    const last = 1;\n";
        let wanted = "export function hydrate() {\n    wasm.hydrate();\n}\nconst last = 1;\n";
        assert_eq!(without_foreign_classes(glue), wanted);
    }
}
