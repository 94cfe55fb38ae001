/** One step of the schema: applied once, in one transaction, in the order of the numbers. */
export interface Migration {
  number: number
  name: string
  sql: string
}
