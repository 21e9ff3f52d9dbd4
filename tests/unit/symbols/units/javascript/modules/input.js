import 'side-effect';
import def from './def.js';
import * as ns from '../ns';
import def2, { one, two as deux } from "@scope/pkg";
export * from './all';
export * as inner from './inner';
export { a, b as c } from './some';

const local = 1;
function hidden() { return one(deux, ns.thing(def)); }
export function shown() { return hidden(); }
export const arrow = () => local;
export default class Main {}
export class Other {}
export { hidden as renamed, Late };
class Late {}
const lazy = () => import('./lazy.js');
