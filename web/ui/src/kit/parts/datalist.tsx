import type { ReactNode } from 'react';
import { Link } from 'wouter';
import css from './datalist.module.css';

/** A column. On phones lead is the card's title, and what is wide is left out; what is narrow is there only. */
export type Column<Row> = { key: string; label: string; cell: (row: Row) => ReactNode; lead?: boolean; end?: boolean; wide?: boolean; narrow?: boolean };

/** What a list is of: its name, its columns, its rows, and where a row leads. */
export type Listing<Row> = { compact?: boolean; label: string; columns: Column<Row>[]; rows: readonly Row[]; rowKey: (row: Row) => string; href?: (row: Row) => string };

/**
 * Rows as a table where there is room, and as cards on phones: a line for each
 * column with its name, or, compact, all of them in a row without.
 */
export function DataList<Row>({ label, columns, rows, rowKey, href, compact }: Listing<Row>) {
  return (
    <div className={css.frame}>
      <table className={css.table} data-compact={compact || undefined}>
        <caption className="kh-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" data-narrow={column.narrow || undefined} data-end={column.end || undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-link={href ? true : undefined}>
              {columns.map((column) => {
                const cell = column.cell(row);
                return (
                  <td key={column.key} data-label={column.label} data-lead={column.lead || undefined} data-wide={column.wide || undefined} data-narrow={column.narrow || undefined} data-end={column.end || undefined}>
                    {column.lead && href ? (
                      <Link href={href(row)} className={css.link}>
                        {cell}
                      </Link>
                    ) : (
                      cell
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
