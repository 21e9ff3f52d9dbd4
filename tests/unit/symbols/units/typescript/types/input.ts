/** A point. */
export interface Point<T = number> extends Base, geo.Located<T> {
  readonly x: T;
  y?: number;
  move(by: Point): void;
}

export type Shape = Circle | Square;
type Options = {
  size: number;
  on(event: string): void;
};
type Keys<K extends string> = { [P in K]: Wrapped<P> };

export enum Color {
  Red,
  Green = 'green',
}

declare function external(x: number): Color;
namespace inner {
  export const depth: number = 1;
}

export function pick<T extends Point>(all: T[], index?: number): T | undefined {
  const found: Shape = all[index];
  found.draw();
  const options = { size: 1 } as Options;
  return all.find((p: Point) => p.x === options.size);
}

export const handler: Handler = (event) => event.stop();
let counter: Counter;
counter.add(1);
