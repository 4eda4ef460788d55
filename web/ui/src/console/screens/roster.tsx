import { client, Empty, Page, PageList, type Schemas, useCodes, useFormat, useI18n, usePages, When } from '@kit/index';
import { Badge, Paper, SegmentedControl } from '@mantine/core';
import Users from 'lucide-react/icons/users';
import { useState } from 'react';
import { usePlace } from '../place';
import { rosterTabs, Tabs } from '../tabs';

type Row = Schemas['Enrolment'];
type State = Row['state'];

export const enrolmentTones: Record<string, string> = { applied: 'honey', assessing: 'honey', probation: 'honey', active: 'pine', suspended: 'brick', rejected: 'gray', left: 'gray', paused: 'gray' };

const groups: Record<string, State[] | undefined> = { working: ['probation', 'active', 'paused'], applying: ['applied', 'assessing'], former: ['suspended', 'left', 'rejected'] };

/** Who works for the program, and who wants to: longest waiting first. */
export default function Roster() {
  const { t } = useI18n();
  const { program } = usePlace();
  const [group, setGroup] = useState('working');
  return (
    <Page title={t('roster.title')} about={t('roster.about')}>
      <Tabs label={t('roster.title')} of={rosterTabs} />
      <SegmentedControl
        aria-label={t('roster.title')}
        value={group}
        onChange={setGroup}
        data={Object.keys(groups).map((value) => ({ value, label: t(`roster.${value}` as 'roster.title') }))}
        mb="md"
      />
      {program && <List key={group + program.id} program={program.id} state={groups[group]} />}
    </Page>
  );
}

function List({ program, state }: { program: string; state: State[] | undefined }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const rows = usePages<Row>(
    '/api/v1/programs/{program}/enrolments',
    async (cursor) => (await client.GET('/api/v1/programs/{program}/enrolments', { params: { path: { program }, query: { state, cursor, limit: 40 } } })).data!,
    { program, state },
  );
  return (
    <Paper p={0}>
      <PageList
        of={rows}
        empty={
          <Empty title={t('roster.none')} icon={<Users size={28} />}>
            {t('roster.none.text')}
          </Empty>
        }
        compact
        label={t('roster.title')}
        rowKey={(row) => row.id}
        href={(row) => `/roster/${row.id}`}
        columns={[
          { key: 'name', label: t('roster.expert'), lead: true, cell: (row) => row.handle || row.name },
          { key: 'state', label: t('queue.state'), cell: (row) => <Badge color={enrolmentTones[row.state] ?? 'gray'}>{row.waiting ? t('roster.waits') : codes('enrolment', row.state)}</Badge> },
          { key: 'languages', label: t('roster.languages'), wide: true, cell: (row) => format.list(row.languages.map(format.language)) },
          { key: 'here', label: t('roster.available'), wide: true, cell: (row) => t(row.available ? 'roster.yes' : 'roster.no') },
          { key: 'since', label: t('roster.since'), end: true, cell: (row) => <When at={row.enrolled_at ?? row.applied_at} /> },
        ]}
      />
    </Paper>
  );
}

