import type { Shape } from './shape';
import type Main from './main';
import { type Only, value } from './mixed';
import fs = require('fs');
export type { Shape } from './shape';
export * from './rest';

export const a = value(fs, null as Only);
const b: Main = a;
