//! Many rows in one statement: a list of values of one of a few lengths, so that a
//! connection prepares each text once however many rows there are.

use std::fmt::Write as _;

use super::{Dialect, gathered::AT_ONCE};

/// `($1, $2), ($3, $4)` and so on, `columns` to a row: the statement's only parameters. On SQLite
/// they have no names, since sqlx looks up each parameter that has one among all of them.
pub(super) fn values(dialect: Dialect, rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            text.push_str(if column == 1 { "" } else { ", " });
            let _ = match dialect {
                Dialect::Sqlite => write!(text, "?"),
                Dialect::Postgres => write!(text, "${}", row * columns + column),
            };
        }
        text.push(')');
    }
    text
}

/// A column of the values `told` that a row to be changed is found by. An expression and no
/// column, or SQLite would make an index of the values and go through the whole table with it.
pub(super) fn key(column: usize) -> String {
    format!("COALESCE(told.column{column}, told.column{column})")
}

/// The rows in parts of as many as one statement takes, each a power of two: few statements,
/// since each waits for its turn at the database's thread or server.
pub(super) fn parts<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let length = if left.len() >= AT_ONCE { AT_ONCE } else { 1 << left.len().checked_ilog2()? };
        let part;
        (part, left) = left.split_at(length);
        Some(part)
    })
}

/// As many rows as [`parts`] would ask for at once: the last row repeated, for asking and not for writing.
pub(super) fn padded<T: Clone>(rows: &[T]) -> Vec<T> {
    let mut padded = rows.to_vec();
    if let Some(last) = rows.last() {
        padded.resize(rows.len().next_power_of_two(), last.clone());
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_parameters_through_the_rows() {
        assert_eq!(values(Dialect::Postgres, 2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(values(Dialect::Sqlite, 2, 3), "(?, ?, ?), (?, ?, ?)");
    }

    #[test]
    fn parts_are_few_lengths_and_leave_nothing_out() {
        let rows: Vec<u32> = (0..300).collect();
        assert_eq!(parts(&rows).map(<[u32]>::len).collect::<Vec<_>>(), [256, 32, 8, 4]);
        assert_eq!(parts(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(parts::<u32>(&[]).count(), 0);
    }

    #[test]
    fn asks_for_the_last_row_again_rather_than_by_another_text() {
        assert_eq!(padded(&[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5, 5, 5, 5]);
        assert!(padded::<u32>(&[]).is_empty());
    }
}
