/** What may be asked without signing in. */

import type { CodePage, OpenedCode } from '@buhphone/shared/types/cabinet';
import { call } from './call';

/** Marks the code as opened, and tells how it stands. */
export const openCode = (body: OpenedCode) => call<CodePage>('POST', '/code', { body, root: '/api/open/v1' });
