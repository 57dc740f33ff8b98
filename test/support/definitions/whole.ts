/** Makes every optional field of the types needed, so that a new one fails to compile until it is in these examples. */
export type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? {
        // Without those that exist only to say that there are none.
        readonly [Key in keyof T as [NonNullable<T[Key]>] extends [never] ? never : Key]-?: Whole<
          NonNullable<T[Key]>
        >;
      }
    : T;
