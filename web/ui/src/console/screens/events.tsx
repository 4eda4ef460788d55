import { client, Empty, Page, PageList, type Schemas, useCodes, useI18n, usePages, When } from '@kit/index';
import { Paper } from '@mantine/core';
import { useNames } from '../names';
import { useBrand } from '../place';

type Row = Schemas['BrandEvent'];

/** A caller, "person:…", by name where it is a member's, else by what they are. */
function whoOf(by: string, names: Map<string, string>, codes: (group: string, code: string) => string): string {
  const [kind = '', id = ''] = by.split(':');
  return names.get(id) ?? (kind ? codes('caller', kind) : '–');
}

/** Who did what in the brand, newest first. */
export default function Events() {
  const { t } = useI18n();
  const codes = useCodes();
  const { path } = useBrand();
  const names = useNames();
  const rows = usePages<Row>('/api/v1/brands/{brand}/events', async (cursor) => (await client.GET('/api/v1/brands/{brand}/events', { params: { path, query: { cursor, limit: 50 } } })).data!, path);
  return (
    <Page title={t('events.title')} about={t('events.about')}>
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('events.none')} />}
          label={t('events.title')}
          rowKey={(row) => row.at + row.kind + row.subject}
          columns={[
            { key: 'what', label: t('events.what'), lead: true, cell: (row) => codes('event', row.kind) },
            { key: 'by', label: t('events.by'), cell: (row) => whoOf(row.by, names, codes) },
            { key: 'at', label: t('events.at'), end: true, cell: (row) => <When at={row.at} absolute /> },
          ]}
        />
      </Paper>
    </Page>
  );
}
