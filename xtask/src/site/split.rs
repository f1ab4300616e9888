//! Cuts the WebAssembly in two: what the first tap needs, and what may come right after it.
//!
//! Both parts share memory and table. Where the first part calls into the second, a stub goes
//! through a place in the table that the second part fills when it arrives; the recorder shows
//! nothing of the second part before (`Model::more`). Texts that only the second part shows go with
//! it; all other constants stay in the first.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use walrus::ir::{Const, Load, Store, Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, Data, DataId, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder,
    FunctionId, FunctionKind, GlobalKind, ImportedFunction, LocalFunction, Module, ModuleConfig,
    TableId,
};

/// Modules that nobody needs before the first tap.
const LATER: [&str; 26] = [
    "app::browser::load_camera",
    "app::browser::load_map",
    "app::browser::try_load",
    "app::outbox::store::Store::purge",
    "app::outbox::store::Store::retry_aside",
    "app::outbox::store::Store::wipe",
    "app::recorder::flag",
    "app::recorder::flagging",
    "app::recorder::views::flag",
    "app::recorder::views::map",
    "app::recorder::joining",
    "app::recorder::leading",
    "app::recorder::leaving",
    "app::recorder::map",
    "app::recorder::position",
    "app::recorder::proposal",
    "app::recorder::queue",
    "app::recorder::team",
    "app::recorder::views::met",
    "app::recorder::views::sending",
    "app::recorder::views::sheets",
    "app::recorder::views::team",
    "app::senses::voice",
    "words::screen::add_french",
    // Of the stream library, whose classes no script takes: nobody calls this at all, but it
    // stands in the table.
    "js_sys::futures::future_to_promise",
    "wasm_streams",
];
/// Under this name the second part asks the first for everything.
const FIRST_PART: &str = "_";

/// Zeros between two constants that cost less than a segment of its own.
const GAP_BYTES_MAX: u64 = 8;

/// Moves the later modules out of `app_bg.wasm` into `app_more.wasm`, in this folder. The names of
/// functions are still needed here, and gone afterwards.
pub fn split(bundle: &Path) -> Result<()> {
    let path = bundle.join("app_bg.wasm");
    let bytes = fs::read(&path)?;
    let mut config = ModuleConfig::new();
    config.generate_name_section(false);
    config.generate_producers_section(false);
    let (mut first, mut second) = (config.parse(&bytes)?, config.parse(&bytes)?);
    let cut = Cut::find(&first);
    ensure!(
        !cut.stubs.is_empty(),
        "nothing of the WebAssembly may come later"
    );

    let place = i32::try_from(first.tables.get(table_of(&first)?).initial)?;
    cut.leave_stubs(&mut first, place)?;
    cut.offer(&mut first);
    cut.keep_moved_only(&mut second, place)?;
    cut.share_texts(&mut first, &mut second);
    for module in [&mut first, &mut second] {
        walrus::passes::gc::run(module);
    }
    fs::write(path, first.emit_wasm())?;
    fs::write(bundle.join("app_more.wasm"), second.emit_wasm())?;
    Ok(())
}

/// What goes and what stays: by the order of the functions, which is the same in both parts.
struct Cut {
    /// Functions of the second part that the first calls, in the order of their places in the
    /// table. All that only these call goes with them.
    stubs: Vec<usize>,
    /// Functions of the first part that the second calls, with the names they are offered under.
    offered: Vec<(usize, String)>,
    /// Constants of the second part.
    texts: HashSet<usize>,
}

impl Cut {
    fn find(module: &Module) -> Self {
        let named: HashSet<FunctionId> = module
            .funcs
            .iter_local()
            .filter(|(id, _)| {
                module
                    .funcs
                    .get(*id)
                    .name
                    .as_deref()
                    .is_some_and(may_come_later)
            })
            .map(|(id, _)| id)
            .collect();
        let mut stays = HashSet::new();
        let mut called: HashSet<FunctionId> = HashSet::new();
        let mut waiting: Vec<FunctionId> = roots(module);
        while let Some(id) = waiting.pop() {
            if named.contains(&id) {
                called.insert(id);
            } else if stays.insert(id) {
                waiting.extend(callees(module, id));
            }
        }
        let locals = module.funcs.iter_local().map(|(id, _)| id);
        let moved: HashSet<FunctionId> = locals.filter(|id| !stays.contains(id)).collect();
        let wanted: HashSet<FunctionId> =
            moved.iter().flat_map(|id| callees(module, *id)).collect();
        let (mut stubs, mut offered) = (Vec::new(), Vec::new());
        for (at, id) in ids(module).into_iter().enumerate() {
            if called.contains(&id) {
                stubs.push(at);
            } else if wanted.contains(&id) && !moved.contains(&id) {
                offered.push((at, offered.len().to_string()));
            }
        }
        let texts = texts_of(module, &moved);
        Self {
            stubs,
            offered,
            texts,
        }
    }

    /// In the first part: each moved function that is called from it becomes a call through its
    /// place in the table.
    fn leave_stubs(&self, module: &mut Module, place: i32) -> Result<()> {
        let (ids, table) = (ids(module), table_of(module)?);
        for (at, slot) in self.stubs.iter().zip(place..) {
            let stub = stub(module, ids[*at], table, slot);
            module.funcs.get_mut(ids[*at]).kind = FunctionKind::Local(stub);
        }
        let table = module.tables.get_mut(table);
        table.initial += self.stubs.len() as u64;
        table.maximum = table.maximum.map(|it| it.max(table.initial));
        Ok(())
    }

    /// Each part keeps its own constants. The names of source files, which messages of panics hold,
    /// travel in neither: nobody reads them on a phone.
    fn share_texts(&self, first: &mut Module, second: &mut Module) {
        for (module, is_second) in [(first, false), (second, true)] {
            let others: Vec<DataId> = module
                .data
                .iter()
                .enumerate()
                .filter(|(at, it)| {
                    self.texts.contains(at) != is_second || is_source_path(&it.value)
                })
                .map(|(_, it)| it.id())
                .collect();
            for id in others {
                module.data.delete(id);
                for memory in module.memories.iter_mut() {
                    memory.data_segments.remove(&id);
                }
            }
            // What stands between in the second part is the first's: never written over.
            join_segments(module, if is_second { 0 } else { GAP_BYTES_MAX });
        }
    }

    /// In the first part: what the second one needs of it has a name.
    fn offer(&self, module: &mut Module) {
        let ids = ids(module);
        for (at, name) in &self.offered {
            module.exports.add(name, ids[*at]);
        }
        for (name, item) in shared(module) {
            module.exports.add(&name, item);
        }
    }

    /// In the second part: nothing but what was moved; the rest is asked of the first.
    fn keep_moved_only(&self, module: &mut Module, place: i32) -> Result<()> {
        let (ids, table) = (ids(module), table_of(module)?);
        let exports: Vec<_> = module.exports.iter().map(walrus::Export::id).collect();
        exports.into_iter().for_each(|id| module.exports.delete(id));
        let elements: Vec<_> = module.elements.iter().map(walrus::Element::id).collect();
        elements
            .into_iter()
            .for_each(|id| module.elements.delete(id));
        let imports: Vec<_> = module.imports.iter().map(walrus::Import::id).collect();
        module.start = None;

        for (at, name) in &self.offered {
            let ty = module.funcs.get(ids[*at]).ty();
            let import = module.imports.add(FIRST_PART, name, ids[*at]);
            let kind = FunctionKind::Import(ImportedFunction { import, ty });
            module.funcs.get_mut(ids[*at]).kind = kind;
        }
        for (name, item) in shared(module) {
            match item {
                ExportItem::Memory(id) => {
                    let import = module.imports.add(FIRST_PART, &name, id);
                    let memory = module.memories.get_mut(id);
                    memory.import = Some(import);
                }
                ExportItem::Table(id) => {
                    let import = module.imports.add(FIRST_PART, &name, id);
                    let table = module.tables.get_mut(id);
                    table.import = Some(import);
                    // It has grown in the first part since.
                    table.maximum = None;
                    table.elem_segments.clear();
                }
                ExportItem::Global(id) => {
                    let import = module.imports.add(FIRST_PART, &name, id);
                    module.globals.get_mut(id).kind = GlobalKind::Import(import);
                }
                ExportItem::Function(_) | ExportItem::Tag(_) => {}
            }
        }
        // The glue is asked through the first part.
        imports.into_iter().for_each(|id| module.imports.delete(id));

        let offset = ConstExpr::Value(Value::I32(place));
        let kind = ElementKind::Active { table, offset };
        let items = ElementItems::Functions(self.stubs.iter().map(|at| ids[*at]).collect());
        let element = module.elements.add(kind, items);
        module.tables.get_mut(table).elem_segments.insert(element);
        Ok(())
    }
}

/// Segments of plain text, and those that only point at such, that nothing names by their address
/// but moved functions and each other.
fn texts_of(module: &Module, moved: &HashSet<FunctionId>) -> HashSet<usize> {
    let numbered = module.data.iter().enumerate();
    let segments: Vec<Segment> = numbered.filter_map(Segment::of).collect();
    let mut stays: Vec<u64> = Vec::new();
    for (id, function) in module.funcs.iter_local() {
        if !moved.contains(&id) {
            let mut addresses = Addresses(Vec::new());
            dfs_in_order(&mut addresses, function, function.entry_block());
            stays.extend(addresses.0);
        }
    }
    let mut goes: Vec<bool> = segments
        .iter()
        .map(|it| it.says_or_points(&segments))
        .collect();
    loop {
        // What stays names what stays too.
        let kept = segments.iter().zip(&goes).filter(|(_, goes)| !**goes);
        let mut named: Vec<u64> = kept.flat_map(|(it, _)| it.words.iter().copied()).collect();
        named.extend(&stays);
        named.sort_unstable();
        let mut changed = false;
        for (segment, goes) in segments.iter().zip(&mut goes) {
            if *goes && segment.is_named_in(&named) {
                (*goes, changed) = (false, true);
            }
        }
        if !changed {
            break;
        }
    }
    let both = segments.iter().zip(goes);
    both.filter(|(_, goes)| *goes)
        .map(|(it, _)| it.at)
        .collect()
}

/// `/rustc/…/library/core/src/str/mod.rs`. Where it stood there are zeros now.
fn is_source_path(bytes: &[u8]) -> bool {
    bytes.ends_with(b".rs") && bytes.contains(&b'/') && !bytes.contains(&b' ')
}

/// A constant in memory.
struct Segment {
    /// Its place in the order of the module's constants.
    at: usize,
    from: u64,
    to: u64,
    is_text: bool,
    /// Its words, each of which may be an address.
    words: Vec<u64>,
}

impl Segment {
    fn of((at, data): (usize, &Data)) -> Option<Self> {
        let from = address_of(data)?;
        let text = std::str::from_utf8(&data.value);
        let aligned = usize::try_from(from.wrapping_neg() % 4).ok()?;
        let words = data.value.get(aligned..).unwrap_or_default();
        let word = |it: &[u8]| u64::from(u32::from_le_bytes([it[0], it[1], it[2], it[3]]));
        Some(Self {
            at,
            from,
            to: from + data.value.len() as u64,
            is_text: text.is_ok_and(|it| !it.chars().any(char::is_control)),
            words: words.chunks_exact(4).map(word).collect(),
        })
    }

    /// Text, or addresses and lengths of text: nothing that could be read from beside it, as
    /// tables of numbers are.
    fn says_or_points(&self, all: &[Self]) -> bool {
        let points = |pair: &[u64]| {
            let found = all.iter().find(|it| it.from == pair[0]);
            found.is_some_and(|it| it.is_text && it.to - it.from >= pair[1])
        };
        let pairs = self.words.len().is_multiple_of(2)
            && self.words.len() as u64 * 4 == self.to - self.from;
        self.is_text || (pairs && self.words.chunks_exact(2).all(points))
    }

    /// Is an address inside of it in this sorted list?
    fn is_named_in(&self, sorted: &[u64]) -> bool {
        let next = sorted.partition_point(|it| *it < self.from);
        sorted.get(next).is_some_and(|it| *it < self.to)
    }
}

/// Every number in a function that may be an address.
struct Addresses(Vec<u64>);

impl Visitor<'_> for Addresses {
    fn visit_const(&mut self, instr: &Const) {
        if let Value::I32(it) = instr.value {
            self.0.push(u64::from(it.cast_unsigned()));
        }
    }
    fn visit_load(&mut self, instr: &Load) {
        self.0.push(instr.arg.offset);
    }
    fn visit_store(&mut self, instr: &Store) {
        self.0.push(instr.arg.offset);
    }
}

/// Where a segment stands in memory.
fn address_of(data: &Data) -> Option<u64> {
    match &data.kind {
        DataKind::Active {
            offset: ConstExpr::Value(Value::I32(at)),
            ..
        } => Some(u64::from(at.cast_unsigned())),
        _ => None,
    }
}

/// Joins segments that stand close together: each costs more than a few zeros between them.
fn join_segments(module: &mut Module, gap_bytes_max: u64) {
    let mut list: Vec<_> = module
        .data
        .iter()
        .filter_map(|it| Some((address_of(it)?, it.id())))
        .collect();
    list.sort_unstable_by_key(|it| it.0);
    let mut last: Option<(u64, DataId)> = None;
    for (from, id) in list {
        if let Some((start, into)) = last {
            let end = start + module.data.get(into).value.len() as u64;
            if from >= end && from - end <= gap_bytes_max {
                let bytes = std::mem::take(&mut module.data.get_mut(id).value);
                let joined = &mut module.data.get_mut(into).value;
                joined.resize(joined.len() + usize::try_from(from - end).unwrap_or(0), 0);
                joined.extend(bytes);
                module.data.delete(id);
                for memory in module.memories.iter_mut() {
                    memory.data_segments.remove(&id);
                }
                continue;
            }
        }
        last = Some((from, id));
    }
}

fn ids(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter().map(walrus::Function::id).collect()
}

fn table_of(module: &Module) -> Result<TableId> {
    let table = module.tables.main_function_table()?;
    table.context("the WebAssembly has no table of functions")
}

/// Does this name stand for something of a later module? Only what is written there itself: what
/// a library makes of its types may serve others too.
fn may_come_later(name: &str) -> bool {
    let mut rests = LATER.iter().filter_map(|path| name.strip_prefix(path));
    rests.any(|it| it.starts_with("::"))
}

/// Where running may begin: exports, and all that is called through the table.
fn roots(module: &Module) -> Vec<FunctionId> {
    let exported = module.exports.iter().filter_map(|it| match it.item {
        ExportItem::Function(id) => Some(id),
        _ => None,
    });
    let mut roots: Vec<FunctionId> = exported.chain(module.start).collect();
    for element in module.elements.iter() {
        match &element.items {
            ElementItems::Functions(ids) => roots.extend(ids),
            ElementItems::Expressions(_, list) => {
                roots.extend(list.iter().filter_map(|it| match it {
                    ConstExpr::RefFunc(id) => Some(*id),
                    _ => None,
                }))
            }
        }
    }
    roots
}

fn callees(module: &Module, id: FunctionId) -> Vec<FunctionId> {
    struct Calls(Vec<FunctionId>);
    impl Visitor<'_> for Calls {
        fn visit_function_id(&mut self, id: &FunctionId) {
            self.0.push(*id);
        }
    }
    let mut calls = Calls(Vec::new());
    if let FunctionKind::Local(function) = &module.funcs.get(id).kind {
        dfs_in_order(&mut calls, function, function.entry_block());
    }
    calls.0
}

/// Memories, tables and globals, with the names under which both parts know them.
fn shared(module: &Module) -> Vec<(String, ExportItem)> {
    let memories = module.memories.iter().map(|it| ExportItem::from(it.id()));
    let tables = module.tables.iter().map(|it| ExportItem::from(it.id()));
    let globals = module.globals.iter().map(|it| ExportItem::from(it.id()));
    let all = memories.chain(tables).chain(globals).enumerate();
    all.map(|(n, item)| (format!("={n}"), item)).collect()
}

fn stub(module: &mut Module, id: FunctionId, table: TableId, slot: i32) -> LocalFunction {
    let ty = module.funcs.get(id).ty();
    let (params, results) = module.types.params_results(ty);
    let (params, results) = (params.to_vec(), results.to_vec());
    let args: Vec<_> = params.iter().map(|it| module.locals.add(*it)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    let mut body = builder.func_body();
    for arg in &args {
        body.local_get(*arg);
    }
    body.i32_const(slot).call_indirect(ty, table);
    builder.local_func(args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_in_a_later_module_comes_later() {
        assert!(may_come_later("app::recorder::views::sheets::over::h0e"));
        let method = "app::recorder::leaving::<impl app::recorder::desk::Desk>::wipe::h0e";
        assert!(may_come_later(method));
        // One name begins with another.
        assert!(may_come_later("app::recorder::flag::near::h0e"));
        assert!(may_come_later("app::recorder::flagging::pass_of::h0e"));
        assert!(!may_come_later("app::recorder::views::count::screen::h0e"));
        assert!(!may_come_later(
            "core::ptr::drop_in_place<app::recorder::leaving::X>::h0e"
        ));
    }
}
