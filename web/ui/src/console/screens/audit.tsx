import { client, Empty, Page, PageList, type Schemas, useCodes, useI18n, usePages, When } from '@kit/index';
import { Paper } from '@mantine/core';
import { usePlace } from '../place';
import { operatorTabs, Tabs } from '../tabs';

type Act = Schemas['Act'];

/** What operators did, in any brand. */
export default function Audit() {
  const { t } = useI18n();
  const codes = useCodes();
  const { me } = usePlace();
  const rows = usePages<Act>('/api/v1/audit', async (cursor) => (await client.GET('/api/v1/audit', { params: { query: { cursor, limit: 50 } } })).data!);
  return (
    <Page title={t('operator.audit')} about={t('audit.about')}>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('events.none')} />}
          compact
          label={t('operator.audit')}
          rowKey={(row) => row.at + row.kind + row.subject}
          columns={[
            { key: 'what', label: t('events.what'), lead: true, cell: (row) => codes('event', row.kind) },
            { key: 'by', label: t('events.by'), cell: (row) => (row.by.endsWith(me.id) ? me.name : <code dir="ltr">{row.by}</code>) },
            { key: 'at', label: t('events.at'), end: true, cell: (row) => <When at={row.at} absolute /> },
          ]}
        />
      </Paper>
    </Page>
  );
}
