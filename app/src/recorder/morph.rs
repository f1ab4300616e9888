//! Brings what is on the screen to what it should be, touching only what differs: the thumb's
//! button stays the same button, the focus stays where it is, and a screen reader hears the number
//! that changed and nothing else.

use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Node};

/// An element with this attribute fills itself: only its attributes are brought up to date.
const KEEP: &str = "data-keep";

/// Makes the inside of `root` be `html`.
pub fn show(root: &Element, html: &str) -> Result<(), JsValue> {
    let fresh = document().create_element("div")?;
    fresh.set_inner_html(html);
    children(root, &fresh)
}

fn children(old: &Node, new: &Node) -> Result<(), JsValue> {
    let mut there = old.first_child();
    let mut wanted = new.first_child();
    while let Some(node) = wanted {
        wanted = node.next_sibling();
        match there {
            None => {
                old.append_child(&node)?;
            }
            Some(known) => {
                there = known.next_sibling();
                one(old, &known, &node)?;
            }
        }
    }
    while let Some(node) = there {
        there = node.next_sibling();
        old.remove_child(&node)?;
    }
    Ok(())
}

/// An element becomes another of its name and id; anything else takes the other's place.
fn one(parent: &Node, old: &Node, new: &Node) -> Result<(), JsValue> {
    if old.is_equal_node(Some(new)) {
        return Ok(());
    }
    match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
        (Some(a), Some(b)) if a.tag_name() == b.tag_name() && a.id() == b.id() => {
            let fills_itself = a.has_attribute(KEEP);
            attributes(a, b, fills_itself)?;
            if !fills_itself {
                children(a, b)?;
            }
        }
        (None, None) => {
            if old.node_value() != new.node_value() {
                old.set_node_value(new.node_value().as_deref());
            }
        }
        _ => {
            parent.replace_child(new, old)?;
        }
    }
    Ok(())
}

fn attributes(old: &Element, new: &Element, only_ours: bool) -> Result<(), JsValue> {
    for name in names(new) {
        let value = new.get_attribute(&name).unwrap_or_default();
        if old.get_attribute(&name).as_deref() != Some(&*value) {
            old.set_attribute(&name, &value)?;
        }
    }
    if !only_ours {
        for name in names(old) {
            if !new.has_attribute(&name) {
                old.remove_attribute(&name)?;
            }
        }
    }
    Ok(())
}

fn names(element: &Element) -> Vec<String> {
    let names = element.get_attribute_names();
    names.iter().filter_map(|it| it.as_string()).collect()
}
