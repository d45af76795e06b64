//! Cards with codes as one PDF: four on a sheet of A4, to be cut and handed over. Knows where
//! ink goes and nothing of codes; the letters are in the file, so that it prints anywhere.

use std::sync::Arc;

use krilla::{
    Document,
    color::rgb,
    geom::{Path, PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule, Stroke},
    surface::Surface,
    text::{Font, TextDirection},
};
use qrcode::{Color, QrCode};
use ttf_parser::Face;

/// A4 in points.
const SHEET: (f32, f32) = (595.276, 841.89);
/// A6: half as wide and half as high.
const CARD: (f32, f32) = (SHEET.0 / 2.0, SHEET.1 / 2.0);
const ON_SHEET: usize = 4;
/// Printers leave some millimetres of a sheet's edge white.
const MARGIN: f32 = 26.0;
const QR: f32 = 108.0;

const INK: (u8, u8, u8) = (24, 27, 32);
const PALE: (u8, u8, u8) = (92, 99, 110);
const CUT: (u8, u8, u8) = (190, 195, 202);

static REGULAR: &[u8] = include_bytes!("../fonts/OpenSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/OpenSans-Bold.ttf");

/// What is on one card.
#[derive(Clone, Debug)]
pub struct Card {
    pub user: String,
    pub client: String,
    /// In groups, as typed.
    pub code: String,
    /// What the picture leads to.
    pub page: String,
    /// When the code ends, as a person reads it.
    pub until: String,
}

/// One PDF of all cards, in their order.
///
/// # Errors
/// A message for the log: an address too long for a picture, or the library's own.
pub fn cards(partner: &str, phone: &str, program: Option<&str>, cards: &[Card]) -> Result<Vec<u8>, String> {
    let (regular, bold) = (Type::new(REGULAR)?, Type::new(BOLD)?);
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(format!("Коды подключения: {partner}")).language("ru".to_owned()));
    for sheet in cards.chunks(ON_SHEET) {
        let settings = PageSettings::from_wh(SHEET.0, SHEET.1).ok_or("no sheet of this size")?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        cut_lines(&mut surface)?;
        for (place, card) in sheet.iter().enumerate() {
            let left = if place % 2 == 0 { 0.0 } else { CARD.0 };
            let top = if place < 2 { 0.0 } else { CARD.1 };
            let mut pen =
                Pen { surface: &mut surface, left: left + MARGIN, y: top + MARGIN, width: CARD.0 - 2.0 * MARGIN };
            draw(&mut pen, &regular, &bold, partner, phone, program, card)?;
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| format!("{error:?}"))
}

fn draw(
    pen: &mut Pen<'_, '_>,
    regular: &Type,
    bold: &Type,
    partner: &str,
    phone: &str,
    program: Option<&str>,
    card: &Card,
) -> Result<(), String> {
    pen.lines(regular, 9.0, PALE, partner, 1);
    pen.down(4.0);
    pen.lines(bold, 15.0, INK, &card.user, 2);
    pen.lines(regular, 9.5, PALE, &card.client, 2);
    pen.down(10.0);
    let beside = (pen.left + QR + 14.0, pen.y);
    pen.picture(&card.page)?;
    let mut aside = Pen { surface: pen.surface, left: beside.0, y: beside.1, width: pen.width - QR - 14.0 };
    aside.lines(regular, 9.5, PALE, "Код подключения действует один раз и до", 3);
    aside.lines(bold, 11.0, INK, &card.until, 2);
    aside.down(8.0);
    aside.lines(regular, 9.5, PALE, "Код на телефоне: наведите камеру на картинку", 3);
    pen.y = beside.1 + QR + 12.0;
    pen.lines(bold, 25.0, INK, &card.code, 1);
    pen.down(8.0);
    let install = match program {
        Some(address) => format!("Установите программу «Бухфон»: {address}"),
        None => "Установите программу «Бухфон»: её даст специалист".to_owned(),
    };
    let steps = [install.as_str(), "Откройте её и наберите код", "Нажмите «Подключить» — и больше ничего не нужно"];
    for (number, step) in (1..).zip(steps) {
        let left = pen.left;
        let y = pen.y;
        pen.lines(bold, 10.5, INK, &format!("{number}."), 1);
        (pen.left, pen.y, pen.width) = (left + 16.0, y, pen.width - 16.0);
        pen.lines(regular, 10.5, INK, step, 3);
        (pen.left, pen.width) = (left, pen.width + 16.0);
        pen.down(2.0);
    }
    if !phone.is_empty() {
        pen.down(6.0);
        pen.lines(regular, 9.5, PALE, &format!("Не получается? Позвоните: {phone}"), 2);
    }
    Ok(())
}

/// Where the next line goes.
struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    left: f32,
    y: f32,
    width: f32,
}

impl Pen<'_, '_> {
    fn down(&mut self, by: f32) {
        self.y += by;
    }

    /// At most so many lines; what does not fit ends in an ellipsis.
    fn lines(&mut self, face: &Type, size: f32, colour: (u8, u8, u8), text: &str, most: usize) {
        self.surface.set_fill(Some(fill(colour)));
        for line in face.wrapped(text, size, self.width, most) {
            let base = Point::from_xy(self.left, self.y + size * 1.05);
            self.surface.draw_text(base, face.font.clone(), size, &line, false, TextDirection::LeftToRight);
            self.y += size * 1.36;
        }
    }

    /// A QR picture of the text, [`QR`] wide.
    fn picture(&mut self, text: &str) -> Result<(), String> {
        let code = QrCode::new(text).map_err(|error| error.to_string())?;
        let count = code.width();
        let side = QR / count as f32;
        let mut path = PathBuilder::new();
        for (place, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                let (x, y) = ((place % count) as f32 * side, (place / count) as f32 * side);
                let square = Rect::from_xywh(self.left + x, self.y + y, side, side).ok_or("a picture of no size")?;
                path.push_rect(square);
            }
        }
        self.surface.set_fill(Some(fill(INK)));
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
        Ok(())
    }
}

fn cut_lines(surface: &mut Surface<'_>) -> Result<(), String> {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: rgb::Color::new(CUT.0, CUT.1, CUT.2).into(),
        width: 0.5,
        ..Stroke::default()
    }));
    for (from, to) in [((CARD.0, 0.0), (CARD.0, SHEET.1)), ((0.0, CARD.1), (SHEET.0, CARD.1))] {
        surface.draw_path(&line(from, to).ok_or("a line of no length")?);
    }
    surface.set_stroke(None);
    Ok(())
}

fn line(from: (f32, f32), to: (f32, f32)) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    path.finish()
}

fn fill((red, green, blue): (u8, u8, u8)) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// A font with the widths of its letters.
struct Type {
    font: Font,
    face: Face<'static>,
}

impl Type {
    fn new(bytes: &'static [u8]) -> Result<Self, String> {
        let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(bytes);
        Ok(Self {
            font: Font::new(data.into(), 0).ok_or("the font does not read")?,
            face: Face::parse(bytes, 0).map_err(|error| error.to_string())?,
        })
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let units: u32 = text
            .chars()
            .map(|c| {
                self.face.glyph_index(c).and_then(|glyph| self.face.glyph_hor_advance(glyph)).map_or(600, u32::from)
            })
            .sum();
        units as f32 * size / f32::from(self.face.units_per_em())
    }

    /// Breaks at spaces, and inside a word that is longer than a line.
    fn wrapped(&self, text: &str, size: f32, width: f32, most: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let mut word = word;
            loop {
                let line = lines.last_mut().expect("there is a first one");
                let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&joined, size) <= width {
                    *line = joined;
                    break;
                }
                if !line.is_empty() {
                    lines.push(String::new());
                    continue;
                }
                let fits = self.fitting(word, size, width);
                *line = word[..fits].to_owned();
                word = &word[fits..];
                lines.push(String::new());
            }
        }
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                while !last.is_empty() && self.width(&format!("{last}…"), size) > width {
                    last.pop();
                }
                last.push('…');
            }
        }
        lines
    }

    /// Bytes of the word's beginning that fit; one letter at least.
    fn fitting(&self, word: &str, size: f32, width: f32) -> usize {
        let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
        let mut fits = 0;
        for end in ends {
            if fits > 0 && self.width(&word[..end], size) > width {
                break;
            }
            fits = end;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_lines_at_spaces_and_cuts_what_is_too_much() {
        let face = Type::new(REGULAR).unwrap();
        let width = face.width("Общество с", 10.0) + 0.5;
        let lines = |most| face.wrapped("Общество с ограниченной ответственностью", 10.0, width, most);
        assert_eq!(lines(9)[0], "Общество с");
        assert_eq!(lines(9).concat().replace(' ', ""), "Обществосограниченнойответственностью");
        assert_eq!(lines(2).len(), 2);
        assert!(lines(2)[1].ends_with('…'));
        assert!(lines(9).iter().all(|line| face.width(line, 10.0) <= width));
    }

    #[test]
    fn puts_four_cards_on_a_sheet() {
        let card = Card {
            user: "Константинопольская-Рождественская Аделаида".to_owned(),
            client: "ООО «Ромашка»".to_owned(),
            code: "4821-0937-5526".to_owned(),
            page: "https://cloud.example.ru/connect#482109375526".to_owned(),
            until: "30.11.2026 9:00".to_owned(),
        };
        let pdf = |count| cards("Первый БИТ", "+7 495 748-24-55", None, &vec![card.clone(); count]).unwrap();
        let sheets = |pdf: &[u8]| pdf.windows(10).filter(|part| part == b"/Type/Page").count();
        for (count, expected) in [(1, 1), (4, 1), (5, 2)] {
            let pdf = pdf(count);
            assert!(pdf.starts_with(b"%PDF-"));
            // The pages' own node is of a type that begins alike.
            assert_eq!(sheets(&pdf).saturating_sub(1), expected, "{count}");
        }
        // Two fonts of some letters each and one picture a card.
        assert!(pdf(100).len() < 700_000, "{}", pdf(100).len());
    }
}
