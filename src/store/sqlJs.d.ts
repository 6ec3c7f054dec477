/** The part of sql.js that AgentDock uses; the package brings no types. */
declare module 'sql.js' {
  namespace initSqlJs {
    type SqlValue = number | string | Uint8Array | null;

    interface Statement {
      run(values?: readonly SqlValue[]): void;
      step(): boolean;
      get(): SqlValue[];
      free(): boolean;
    }

    interface Database {
      run(sql: string, values?: readonly SqlValue[]): Database;
      prepare(sql: string): Statement;
      /** The whole image. Frees all statements. */
      export(): Uint8Array;
      close(): void;
    }

    interface SqlJs {
      readonly Database: new (image?: Uint8Array) => Database;
    }
  }

  function initSqlJs(options?: { readonly locateFile?: (name: string) => string }): Promise<initSqlJs.SqlJs>;
  export = initSqlJs;
}
