import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useI18n } from '../i18n';
import { DataList, type Listing } from './datalist';
import { Await } from './states';

type Listed<Row> = { data: Row[]; has_more: boolean; next_cursor?: string };

/** A list of the API, page by page. The key begins as the route's does, so that notices reach it. */
export function usePages<Row>(path: string, read: (cursor: string | undefined) => Promise<Listed<Row>>, more: unknown = null) {
  const pages = useInfiniteQuery({
    queryKey: ['get', path, 'pages', more],
    queryFn: ({ pageParam }) => read(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
  });
  return { ...pages, data: pages.data?.pages.flatMap((page) => page.data) };
}

/** Reads the next page, where there is one. */
export function More({ of }: { of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } }) {
  const { t } = useI18n();
  if (!of.hasNextPage) return null;
  return (
    <div style={{ padding: 16, textAlign: 'center' }}>
      <Button variant="default" loading={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
        {t('show_more')}
      </Button>
    </div>
  );
}

/** A DataList of such a list, with what is there instead where it is empty. */
export function PageList<Row>({ of, empty, loading, ...list }: { of: ReturnType<typeof usePages<Row>>; empty?: ReactNode; loading?: ReactNode } & Omit<Listing<Row>, 'rows'>) {
  return (
    <Await read={of} loading={loading}>
      {(rows) =>
        rows.length === 0 ? (
          (empty ?? null)
        ) : (
          <>
            <DataList rows={rows} {...list} />
            <More of={of} />
          </>
        )
      }
    </Await>
  );
}
