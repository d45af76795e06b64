//! `cargo xtask icons`: every size and tray state from the pictures in `icons/source`,
//! and a sheet of them on light and dark to look at. The same source gives the same bytes.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use resvg::{
    tiny_skia::{Color, FilterQuality, Paint, Pixmap, PixmapPaint, PixmapRef, Rect, Transform},
    usvg,
};

/// A group of `tray.svg`, and the tray icon the snapshot asks for by that name.
const STATES: [&str; 4] = ["authorized", "attention", "offline", "unread"];

/// Panels ask for 16 (Windows), 22 and 24 (Linux); 32 and 44 are these at double density.
const TRAY_SIZES: [u32; 5] = [16, 22, 24, 32, 44];

/// What the Windows shell picks from, from the list view to the large tile.
const ICO_SIZES: [u32; 7] = [16, 20, 24, 32, 48, 64, 256];

/// Names the bundler knows.
const PROGRAM_PICTURES: [(&str, u32); 4] =
    [("32x32.png", 32), ("128x128.png", 128), ("128x128@2x.png", 256), ("icon.png", 512)];

/// Above this an entry of the `.ico` is a PNG: as a bitmap it would weigh a quarter of a megabyte.
const LARGEST_BITMAP: u32 = 64;

/// Writes all pictures under `icons/`.
///
/// # Errors
/// When a source is missing or is not a picture, when a state has no group in
/// `tray.svg`, or when a file cannot be written.
pub fn run(root: &Path) -> Result<()> {
    let folder = root.join("icons");
    let program = source(&folder, "buhphone.svg")?;
    let tray = source(&folder, "tray.svg")?;

    for (name, size) in PROGRAM_PICTURES {
        write(&folder.join(name), &render(&program, size)?.encode_png()?)?;
    }
    write(&folder.join("icon.ico"), &ico(&program)?)?;
    write(&folder.join("favicon.svg"), program.as_bytes())?;

    let mut marks = BTreeMap::new();
    for state in STATES {
        let picture = only(&tray, state)?;
        for size in TRAY_SIZES {
            let mark = render(&picture, size)?;
            write(&folder.join(format!("tray/{state}-{size}.png")), &mark.encode_png()?)?;
            marks.insert((state, size), mark);
        }
    }
    write(&folder.join("preview.png"), &sheet(&program, &marks)?.encode_png()?)
}

fn source(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join("source").join(name);
    fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().context("a picture has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

/// The tray's source with the groups of all other states hidden.
fn only(tray: &str, state: &str) -> Result<String> {
    let mut picture = tray.to_owned();
    for other in STATES {
        let group = format!("<g id=\"{other}\"");
        ensure!(picture.contains(&group), "tray.svg has no group {other:?}");
        if other != state {
            picture = picture.replace(&group, &format!("{group} display=\"none\""));
        }
    }
    Ok(picture)
}

fn render(svg: &str, size: u32) -> Result<Pixmap> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).context("reading the picture")?;
    let mut pixmap = canvas(size, size)?;
    let scale = |of: f32| size as f32 / of;
    let fit = Transform::from_scale(scale(tree.size().width()), scale(tree.size().height()));
    resvg::render(&tree, fit, &mut pixmap.as_mut());
    Ok(pixmap)
}

fn canvas(width: u32, height: u32) -> Result<Pixmap> {
    Pixmap::new(width, height).context("a picture of no size")
}

fn ico(svg: &str) -> Result<Vec<u8>> {
    let mut directory = ico::IconDir::new(ico::ResourceType::Icon);
    for size in ICO_SIZES {
        let straight = render(svg, size)?.take_demultiplied();
        let image = ico::IconImage::from_rgba_data(size, size, straight);
        directory.add_entry(if size > LARGEST_BITMAP {
            ico::IconDirEntry::encode_as_png(&image)?
        } else {
            ico::IconDirEntry::encode_as_bmp(&image)?
        });
    }
    let mut bytes = Vec::new();
    directory.write(&mut bytes)?;
    Ok(bytes)
}

/// Margin and gap of the sheet, in pixels.
const GAP: f32 = 16.0;
/// One half of the sheet: light above, dark below.
const HALF: (f32, f32) = (900.0, 320.0);
/// Sizes of the program's picture on the sheet.
const SHOWN: [u32; 6] = [16, 24, 32, 48, 64, 128];
/// The smallest mark, enlarged pixel by pixel.
const LOUPE: u32 = 4;

/// All of it on a light and a dark panel, as large as it is used, and the smallest marks enlarged.
fn sheet(program: &str, marks: &BTreeMap<(&str, u32), Pixmap>) -> Result<Pixmap> {
    let mut sheet = canvas(HALF.0 as u32, (HALF.1 * 2.0) as u32)?;
    let panels = [Color::from_rgba8(0xf3, 0xf3, 0xf1, 255), Color::from_rgba8(0x20, 0x22, 0x25, 255)];
    for (top, panel) in [0.0, HALF.1].into_iter().zip(panels) {
        let mut paint = Paint::default();
        paint.set_color(panel);
        let ground = Rect::from_xywh(0.0, top, HALF.0, HALF.1).context("the sheet has a size")?;
        sheet.fill_rect(ground, &paint, Transform::identity(), None);

        let mut left = GAP;
        for size in SHOWN {
            place(&mut sheet, render(program, size)?.as_ref(), (left, top + GAP), 1);
            left += size as f32 + GAP;
        }
        for (row, state) in STATES.into_iter().enumerate() {
            let mut left = GAP + row as f32 * (HALF.0 - GAP) / STATES.len() as f32;
            for size in TRAY_SIZES {
                place(&mut sheet, marks[&(state, size)].as_ref(), (left, top + 164.0), 1);
                left += size as f32 + 8.0;
            }
        }
        let loupe = TRAY_SIZES[0] * LOUPE;
        for (row, state) in STATES.into_iter().enumerate() {
            let left = GAP + row as f32 * (HALF.0 - GAP) / STATES.len() as f32;
            place(&mut sheet, marks[&(state, TRAY_SIZES[0])].as_ref(), (left, top + 232.0), LOUPE);
            place(&mut sheet, marks[&(state, 22)].as_ref(), (left + loupe as f32 + GAP, top + 226.0), LOUPE - 1);
        }
    }
    Ok(sheet)
}

fn place(sheet: &mut Pixmap, picture: PixmapRef<'_>, (left, top): (f32, f32), times: u32) {
    let paint = PixmapPaint { quality: FilterQuality::Nearest, ..PixmapPaint::default() };
    let transform = Transform::from_scale(times as f32, times as f32).post_translate(left, top);
    sheet.draw_pixmap(0, 0, picture, &paint, transform, None);
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::PremultipliedColorU8;

    use super::*;

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    #[test]
    fn the_pictures_in_the_tree_are_those_their_source_gives() {
        let made = tempfile::tempdir().unwrap();
        for name in ["buhphone.svg", "tray.svg"] {
            let text = source(&root().join("icons"), name).unwrap();
            write(&made.path().join("icons/source").join(name), text.as_bytes()).unwrap();
        }
        run(made.path()).unwrap();

        let mut names: Vec<String> = PROGRAM_PICTURES.iter().map(|(name, _)| (*name).to_owned()).collect();
        names.extend(["icon.ico", "favicon.svg", "preview.png"].map(str::to_owned));
        for state in STATES {
            names.extend(TRAY_SIZES.iter().map(|size| format!("tray/{state}-{size}.png")));
        }
        for name in names {
            let in_tree = fs::read(root().join("icons").join(&name)).unwrap();
            let again = fs::read(made.path().join("icons").join(&name)).unwrap();
            assert!(in_tree == again, "icons/{name} is not what its source gives: cargo xtask icons");
        }
    }

    #[test]
    fn states_differ_in_shape_and_not_only_in_colour() {
        let tray = source(&root().join("icons"), "tray.svg").unwrap();
        for panel in [243.0, 34.0] {
            let seen = STATES.map(|state| lightness(&render(&only(&tray, state).unwrap(), 16).unwrap(), panel));
            for (one, first) in seen.iter().enumerate() {
                for (other, second) in seen.iter().enumerate().skip(one + 1) {
                    let unlike = first.iter().zip(second).filter(|(a, b)| (*a - *b).abs() > 48.0).count();
                    let (first, second) = (STATES[one], STATES[other]);
                    assert!(unlike >= 32, "{first} and {second} differ in {unlike} of 256 pixels on {panel}");
                }
            }
        }
    }

    /// What is left of a mark on a grey panel for an eye that tells no colours (luma of BT.709).
    fn lightness(mark: &Pixmap, panel: f32) -> Vec<f32> {
        let of = |p: &PremultipliedColorU8| {
            let own = 0.2126 * f32::from(p.red()) + 0.7152 * f32::from(p.green()) + 0.0722 * f32::from(p.blue());
            own + panel * (255.0 - f32::from(p.alpha())) / 255.0
        };
        mark.pixels().iter().map(of).collect()
    }

    #[test]
    fn a_state_without_a_group_is_refused() {
        assert_eq!(only("<svg/>", "offline").unwrap_err().to_string(), "tray.svg has no group \"authorized\"");
    }
}
