//! The rows of the demo partner, in the order of the report.
//! The ИНН are of a region number that is never given out.

pub(super) const CATEGORIES: [&str; 6] = [
    "Первый платный",
    "Второй платный",
    "Третий платный",
    "Пакет от 6 до 10 пользователей",
    "Пакет от 11 до 20 пользователей",
    "Пользователь без услуг",
];

/// Name and ИНН.
pub(super) const CLIENTS: [(&str, &str); 5] = [
    ("ООО «Апрель»", "0000000177"),
    ("ООО «Берег»", "0000000280"),
    ("ООО «Вектор»", "0000000392"),
    ("ООО «Гранит»", "0000000508"),
    ("ООО «Дельта»", "0000000610"),
];

/// One user of the report.
pub(super) struct Row {
    /// In [`CLIENTS`].
    pub(super) client: usize,
    pub(super) surname: &'static str,
    pub(super) name: &'static str,
    pub(super) patronymic: &'static str,
    /// In [`CATEGORIES`].
    pub(super) category: usize,
    pub(super) uses_1c: bool,
    pub(super) its_until: Option<&'static str>,
    /// Civil time of the partner's zone.
    pub(super) authorized: Option<&'static str>,
}

pub(super) const ROWS: [Row; 23] = [
    row(0, ["Андреева", "Анна", "Павловна"], 3, false, None, None),
    row(0, ["Белова", "Вера", "Ивановна"], 5, false, None, None),
    row(0, ["Волков", "Олег", "Петрович"], 3, false, None, Some("2013-09-03T04:03:05")),
    row(0, ["Громова", "Нина", "Сергеевна"], 3, false, None, Some("2014-11-20T06:47:02")),
    row(0, ["Денисова", "Ольга", "Юрьевна"], 3, false, None, None),
    row(0, ["Егоров", "Игорь", "Львович"], 3, false, None, Some("2013-09-18T06:25:24")),
    row(0, ["Зайцева", "Инна", "Олеговна"], 3, false, None, None),
    row(0, ["Ильина", "Дарья", "Андреевна"], 3, false, None, None),
    row(0, ["Козлова", "Юлия", "Игоревна"], 3, false, None, Some("2015-05-21T10:46:46")),
    row(0, ["Лебедев", "Павел", "Ильич"], 3, false, None, Some("2014-11-17T11:56:42")),
    row(1, ["Макарова", "Елена", "Викторовна"], 2, false, None, None),
    row(1, ["Никитин", "Антон", "Борисович"], 1, false, None, None),
    row(1, ["Орлова", "Мария", "Денисовна"], 0, false, None, None),
    row(2, ["Павлова", "Ирина", "Олеговна"], 5, false, None, Some("2014-11-10T05:59:05")),
    row(2, ["Романова", "Алла", "Петровна"], 1, false, None, Some("2013-04-25T12:48:07")),
    row(2, ["Соколов", "Денис", "Игоревич"], 0, false, None, None),
    row(2, ["Тихонова", "Лидия", "Павловна"], 5, true, None, Some("2014-11-24T07:10:39")),
    row(3, ["Абрамова", "Зоя", "Юрьевна"], 4, true, Some("2015"), Some("2014-11-19T11:43:45")),
    row(3, ["Борисов", "Кирилл", "Антонович"], 4, true, Some("2015"), Some("2015-04-28T06:44:24")),
    row(3, ["Виноградова", "Ева", "Ильинична"], 4, true, Some("2015"), Some("2014-03-24T08:57:54")),
    row(3, ["Гусева", "Раиса", "Львовна"], 5, true, Some("2015"), Some("2015-04-27T12:45:04")),
    row(4, ["Кузнецова", "Софья", "Андреевна"], 0, true, Some("2015"), None),
    row(4, ["Морозов", "Глеб", "Викторович"], 1, true, Some("2015"), None),
];

const fn row(
    client: usize,
    person: [&'static str; 3],
    category: usize,
    uses_1c: bool,
    its_until: Option<&'static str>,
    authorized: Option<&'static str>,
) -> Row {
    let [surname, name, patronymic] = person;
    Row { client, surname, name, patronymic, category, uses_1c, its_until, authorized }
}
