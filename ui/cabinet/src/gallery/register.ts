/** The register's part of the gallery's cloud: categories as a list, many codes, letters, edits. */

import type {
  Category,
  CategoryRow,
  CodePage,
  IssueCodes,
  IssuedCodes,
  LetterWords,
} from '@buhphone/shared/types/cabinet';
import { fullName } from '../listing';
import { progressOf } from '../screens/codes/progress';
import { Fault } from './answers';
import { makeCard, now, type Person } from './people';

export function pretendRegister(people: Person[], categories: Category[]) {
  const archived = new Set<string>();
  let words: LetterWords = {
    subject: 'Подключение к «{партнёр}»: ваш код',
    text: 'Здравствуйте, {имя}!\n\nОткройте страницу {ссылка} — на ней программа и ваш код.\nКод: {код}. Он действует до {срок} и только один раз.\n\nЕсли что-то не получится, позвоните нам: {телефон}.\n\n{партнёр}',
  };

  const rows = (): CategoryRow[] =>
    categories
      .map((each) => ({
        ...each,
        archived: archived.has(each.category_id),
        users: people.filter(({ user }) => user.category_id === each.category_id).length,
      }))
      .sort((one, other) => Number(one.archived) - Number(other.archived));

  function issue({ user_ids, found, replace }: IssueCodes): IssuedCodes {
    const chosen = people.filter(({ user }) => found !== null || user_ids.includes(user.user_id));
    const answer: IssuedCodes = { issued: [], skipped: [] };
    chosen.forEach(({ user }, at) => {
      const who = { user_id: user.user_id, user: fullName(user), client: user.client };
      const active = ['issued', 'sent', 'opened', 'undelivered', 'sending'].includes(
        progressOf(user.code ?? null, Date.parse(now)),
      );
      if (active && !replace) answer.skipped.push({ ...who, why: 'has_code' });
      else
        answer.issued.push({
          ...who,
          code_id: `code-new-${at}`,
          email: user.email,
          code: `4821-0937-${String(1000 + at)}`,
          expires_at: '2026-11-30T09:12:44Z',
        });
    });
    return answer;
  }

  const page: CodePage = {
    partner: 'Баланс-Сервис',
    phone: '+7 (495) 120-45-67',
    expires_at: '2026-11-30T09:12:44Z',
    zone: 'Europe/Moscow',
    link: 'buhphone://connect?code=482109375526&cloud=https://cloud.example.ru',
    program_url: 'https://buhphone.example.ru/program',
  };

  /** The answer, if the route is the register's. */
  function answer(method: string, path: string, body: never): { value: unknown } | undefined {
    const [root, id = '', under] = path.split('/').slice(1);
    switch (`${method} ${[root, ...(under ? [':id', under] : id ? [id] : [])].join('/')}`) {
      case 'GET categories/list':
        return { value: rows() };
      case 'PUT categories/order': {
        const order = (body as { category_ids: string[] }).category_ids;
        categories.sort((one, other) => order.indexOf(one.category_id) - order.indexOf(other.category_id));
        return { value: undefined };
      }
      case 'POST categories/:id/archive':
        archived.add(id);
        return { value: undefined };
      case 'DELETE categories/:id/archive':
        archived.delete(id);
        return { value: undefined };
      case 'POST categories/:id/merge': {
        const into = (body as { category_id: string }).category_id;
        for (const { user } of people) if (user.category_id === id) user.category_id = into;
        categories.splice(
          categories.findIndex((each) => each.category_id === id),
          1,
        );
        return { value: undefined };
      }
      case 'GET clients/:id/edits':
        return { value: makeCard(people[1]!, 1).edits };
      case 'POST users/:id/erase': {
        const person = people.find(({ user }) => user.user_id === id);
        if (person) Object.assign(person.user, { erased: true, surname: '—', name: '', patronymic: '' });
        return { value: undefined };
      }
      case 'GET users/:id/export':
        return { value: {} };
      case 'POST codes':
        return { value: issue(body) };
      case 'POST codes/letters':
        return { value: { posted: (body as { codes: unknown[] }).codes.length, without_address: [] } };
      case 'GET letters':
        return { value: words };
      case 'PUT letters':
        words = body as LetterWords;
        return { value: words };
      case 'POST letters/sample':
        return { value: undefined };
      case 'POST code':
        return { value: page };
    }
    if (method === 'PUT' && root === 'categories') {
      const category = categories.find((each) => each.category_id === id);
      if (!category) throw new Fault(404, 'not_found');
      category.name = (body as { name: string }).name;
      return { value: undefined };
    }
    return undefined;
  }

  return { answer };
}
