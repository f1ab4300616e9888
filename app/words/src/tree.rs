//! A tree of modules, as headings name them. Used by the build.

use std::collections::BTreeMap;

/// One place: what it holds, and the places in it.
#[derive(Default)]
pub struct Module {
    modules: BTreeMap<String, Module>,
    code: String,
}

impl Module {
    /// Where the code of a heading is written: `recorder.join`.
    pub fn at(&mut self, heading: &str) -> &mut String {
        let mut module = self;
        for name in heading.split('.') {
            module = module.modules.entry(name.to_owned()).or_default();
        }
        &mut module.code
    }

    /// All of it, with `head` on top of each module that holds something.
    pub fn print(&self, head: &str) -> String {
        let mut out = String::new();
        for (name, inside) in &self.modules {
            out += &format!("/// Texts of this place.\npub mod {name} {{\n");
            if !inside.code.is_empty() {
                out += head;
                out += &inside.code;
            }
            out += &inside.print(head);
            out += "}\n";
        }
        out
    }
}
