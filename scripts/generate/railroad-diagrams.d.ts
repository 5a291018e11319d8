// What `diagrams.ts` uses of the package, which has no types of its own.
declare module 'railroad-diagrams' {
  interface Item {
    toString(): string;
  }
  type Items = readonly Item[];
  const railroad: {
    readonly Diagram: (...items: Items) => Item;
    readonly Sequence: (...items: Items) => Item;
    /** `normal`: position of the one drawn straight on. */
    readonly Choice: (normal: number, ...items: Items) => Item;
    readonly Optional: (item: Item) => Item;
    readonly OneOrMore: (item: Item, between?: Item) => Item;
    readonly ZeroOrMore: (item: Item, between?: Item) => Item;
    readonly Terminal: (text: string) => Item;
    readonly NonTerminal: (text: string) => Item;
  };
  export default railroad;
  export type { Item };
}
