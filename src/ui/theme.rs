//! The one place of colours, spacing, radii, type sizes and fonts. Lengths are in points.

use std::sync::Arc;

use crate::app::connections::Colour;
use eframe::egui;
use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, TextStyle, Theme, vec2,
};

/// Height of a record's row in tables and lists.
pub const ROW: f32 = 28.0;
/// Least width and height of anything that can be clicked.
pub const TARGET: f32 = 24.0;
/// Spacing, smallest to largest.
pub const GAP_XS: f32 = 4.0;
/// Between things that belong together.
pub const GAP_S: f32 = 8.0;
/// Padding of panels and cards.
pub const GAP_M: f32 = 12.0;
/// Between sections.
pub const GAP_L: f32 = 18.0;
/// Corners of badges.
pub const RADIUS_S: u8 = 3;
/// Corners of buttons, inputs and cards.
pub const RADIUS: u8 = 6;
/// Type size of badges and table headers.
pub const TYPE_XS: f32 = 11.5;
/// Type size of secondary text.
pub const TYPE_S: f32 = 12.5;
/// Type size of text.
pub const TYPE: f32 = 14.0;
/// Type size of a panel's title.
pub const TYPE_L: f32 = 15.0;
/// Type size of the customer's name.
pub const TYPE_XL: f32 = 20.0;

/// The colours of one theme, named by what they are for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    /// Behind the centre of the window.
    pub page: Color32,
    /// Bars, panels, cards, cells and buttons.
    pub surface: Color32,
    /// Text.
    pub ink: Color32,
    /// Secondary text, and values that are not there.
    pub ink_weak: Color32,
    /// Lines between things; decoration, so without a contrast to reach.
    pub line: Color32,
    /// Borders of inputs and buttons.
    pub edge: Color32,
    /// The primary button, focus, and the current tab.
    pub accent: Color32,
    /// Text on `accent`.
    pub on_accent: Color32,
    /// Behind what is selected.
    pub selected: Color32,
    /// Text and background of what is changed, and of warnings.
    pub changed: Pair,
    /// Text and background of what is new, and of success.
    pub new: Pair,
    /// Text and background of what is removed, invalid or in conflict, and of errors.
    pub bad: Pair,
    /// A mark of a target that no other token has the colour of.
    pub violet: Color32,
}

/// A text colour with the background it may stand on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The text; readable on `back`, on the page and on surfaces.
    pub ink: Color32,
    /// The background.
    pub back: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

const fn pair(ink: u32, back: u32) -> Pair {
    Pair { ink: rgb(ink), back: rgb(back) }
}

/// The light theme.
pub const LIGHT: Palette = Palette {
    page: rgb(0x00F4_F5F7),
    surface: rgb(0x00FF_FFFF),
    ink: rgb(0x001B_1F24),
    ink_weak: rgb(0x0056_606D),
    line: rgb(0x00DF_E3E8),
    edge: rgb(0x007E_8898),
    accent: rgb(0x0024_59D3),
    on_accent: rgb(0x00FF_FFFF),
    selected: rgb(0x00E8_EFFD),
    changed: pair(0x008F_5B00, 0x00FD_F3DC),
    new: pair(0x0017_7544, 0x00E6_F5EC),
    bad: pair(0x00B3_261E, 0x00FD_ECEB),
    violet: rgb(0x0075_3FC4),
};

/// The dark theme.
pub const DARK: Palette = Palette {
    page: rgb(0x0015_181C),
    surface: rgb(0x001C_2026),
    ink: rgb(0x00E6_E9ED),
    ink_weak: rgb(0x00A0_AAB7),
    line: rgb(0x002F_353E),
    edge: rgb(0x007D_8794),
    accent: rgb(0x007A_A2FF),
    on_accent: rgb(0x000D_1526),
    selected: rgb(0x0022_304F),
    changed: pair(0x00E9_B44C, 0x0035_2A14),
    new: pair(0x0063_D297, 0x0017_322A),
    bad: pair(0x00FF_8A80, 0x003A_1F1F),
    violet: rgb(0x00C3_9BFF),
};

/// The palette of the theme that `ctx` shows now.
pub fn palette(ctx: &egui::Context) -> &'static Palette {
    of(ctx.theme())
}

fn of(theme: Theme) -> &'static Palette {
    match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    }
}

impl Palette {
    /// The mark of a target with this colour.
    pub fn mark(&self, colour: Colour) -> Color32 {
        match colour {
            Colour::Green => self.new.ink,
            Colour::Blue => self.accent,
            Colour::Violet => self.violet,
            Colour::Amber => self.changed.ink,
            Colour::Red => self.bad.ink,
        }
    }
}

/// The regular typeface at `size` points.
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// The semibold typeface at `size` points; only after [`install`].
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("semibold".into()))
}

/// The typeface of IDs at `size` points.
pub fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// Gives `ctx` the typeface and both themes. Once, before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| dress(style, theme));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf"));
    add("Inter semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf"));
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let with_fallback = |first: &str| {
        let mut names = vec![first.to_owned()];
        names.extend(fallback.iter().cloned());
        names
    };
    let families = [
        (FontFamily::Proportional, with_fallback("Inter")),
        (FontFamily::Name("semibold".into()), with_fallback("Inter semibold")),
    ];
    fonts.families.extend(families);
    fonts
}

fn dress(style: &mut egui::Style, theme: Theme) {
    style.text_styles = [
        (TextStyle::Small, regular(TYPE_S)),
        (TextStyle::Body, regular(TYPE)),
        (TextStyle::Button, regular(TYPE)),
        (TextStyle::Heading, semibold(TYPE_XL)),
        (TextStyle::Monospace, mono(TYPE_S)),
    ]
    .into();
    style.spacing.item_spacing = vec2(GAP_S, GAP_XS);
    style.spacing.button_padding = vec2(10.0, 4.0);
    style.spacing.interact_size = vec2(TARGET, TARGET);
    style.spacing.scroll = scroll_bars();
    // Labels that can be selected take the pointer away from the rows they stand on.
    style.interaction.selectable_labels = false;
    style.visuals = visuals(theme, of(theme));
}

/// Bars that are always there, beside the content, in half the colour of text: the ground of buttons would not show.
fn scroll_bars() -> egui::style::ScrollStyle {
    egui::style::ScrollStyle {
        bar_width: 8.0,
        floating_width: 6.0,
        floating_allocated_width: 8.0,
        dormant_handle_opacity: SCROLL_BAR,
        active_handle_opacity: SCROLL_BAR,
        interact_handle_opacity: 0.8,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        ..egui::style::ScrollStyle::floating()
    }
}

/// How much of the colour of text is in a scroll bar.
const SCROLL_BAR: f32 = 0.5;

fn visuals(theme: Theme, colour: &Palette) -> egui::Visuals {
    let mut visuals = theme.default_visuals();
    visuals.panel_fill = colour.surface;
    visuals.window_fill = colour.surface;
    visuals.window_stroke = Stroke::new(1.0, colour.line);
    visuals.extreme_bg_color = colour.surface;
    visuals.text_edit_bg_color = Some(colour.surface);
    visuals.faint_bg_color = colour.page;
    visuals.code_bg_color = colour.page;
    visuals.hyperlink_color = colour.accent;
    visuals.warn_fg_color = colour.changed.ink;
    visuals.error_fg_color = colour.bad.ink;
    visuals.weak_text_color = Some(colour.ink_weak);
    visuals.selection.bg_fill = colour.selected;
    visuals.selection.stroke = Stroke::new(1.5, colour.accent);
    // A blinking caret draws the window twice a second for as long as it rests.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, colour.accent);
    dress_widgets(&mut visuals.widgets, colour);
    visuals
}

fn dress_widgets(widgets: &mut egui::style::Widgets, colour: &Palette) {
    let parts = [
        (&mut widgets.noninteractive, colour.surface, colour.line),
        (&mut widgets.inactive, colour.surface, colour.edge),
        (&mut widgets.hovered, colour.page, colour.edge),
        (&mut widgets.active, colour.selected, colour.accent),
        (&mut widgets.open, colour.page, colour.edge),
    ];
    for (part, fill, border) in parts {
        part.weak_bg_fill = fill;
        part.bg_fill = fill;
        part.bg_stroke = Stroke::new(1.0, border);
        part.fg_stroke = Stroke::new(1.0, colour.ink);
        part.corner_radius = CornerRadius::same(RADIUS);
        part.expansion = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color32) -> f64 {
        let linear = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    /// The contrast ratio of WCAG 2: 1 to 21.
    fn contrast(one: Color32, other: Color32) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn assert_contrast(least: f64, ink: Color32, back: Color32) {
        let ratio = contrast(ink, back);
        assert!(ratio >= least, "{ink:?} on {back:?} is {ratio:.2}:1, not {least}:1");
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        assert!((contrast(rgb(0x0077_7777), Color32::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn text_reaches_four_and_a_half_to_one_wherever_it_stands() {
        for colour in [LIGHT, DARK] {
            let backs = [colour.page, colour.surface, colour.selected, colour.new.back];
            for back in backs {
                assert_contrast(4.5, colour.ink, back);
                assert_contrast(4.5, colour.ink_weak, back);
                assert_contrast(4.5, colour.bad.ink, back);
            }
            assert_contrast(4.5, colour.ink_weak, colour.line); // the counts on tabs
            assert_contrast(4.5, colour.accent, colour.surface);
            assert_contrast(4.5, colour.accent, colour.selected);
            assert_contrast(4.5, colour.on_accent, colour.accent);
            for pair in [colour.changed, colour.new, colour.bad] {
                assert_contrast(4.5, pair.ink, pair.back);
                assert_contrast(4.5, pair.ink, colour.page);
                assert_contrast(4.5, pair.ink, colour.surface);
            }
        }
    }

    #[test]
    fn borders_of_inputs_and_focus_reach_three_to_one() {
        for colour in [LIGHT, DARK] {
            for back in [colour.page, colour.surface, colour.selected] {
                assert_contrast(3.0, colour.accent, back);
            }
            assert_contrast(3.0, colour.edge, colour.page);
            assert_contrast(3.0, colour.edge, colour.surface);
        }
    }

    #[test]
    fn marks_of_targets_reach_three_to_one_and_differ() {
        for palette in [LIGHT, DARK] {
            let marks = Colour::ALL.map(|(colour, _)| palette.mark(colour));
            for (at, mark) in marks.into_iter().enumerate() {
                assert_contrast(3.0, mark, palette.surface);
                assert_contrast(3.0, mark, palette.page);
                assert_contrast(3.0, mark, palette.selected);
                assert!(!marks[..at].contains(&mark));
            }
        }
    }

    #[test]
    fn scroll_bars_reach_three_to_one() {
        for colour in [LIGHT, DARK] {
            for back in [colour.page, colour.surface] {
                assert_contrast(3.0, back.lerp_to_gamma(colour.ink, SCROLL_BAR), back);
            }
        }
    }

    #[test]
    fn both_typefaces_draw_names_of_three_scripts() {
        let harness = egui_kittest::Harness::builder().with_context_setup(install).build_ui(|ui| {
            for font in [regular(TYPE), semibold(TYPE)] {
                ui.label(egui::RichText::new("Ørsted Žižková Иван Φ Nguyễn ẞ · → … ⌘").font(font));
            }
        });
        drop(harness); // it panics on a glyph that no font has
    }
}
