import { client, Empty, key, Page, PageList, type Schemas, useCodes, useI18n, usePages, useWrite, When } from '@kit/index';
import { Badge, Button, Paper, SegmentedControl } from '@mantine/core';
import Workflow from 'lucide-react/icons/workflow';
import { useState } from 'react';
import { operatorTabs, Tabs } from '../tabs';

type Job = Schemas['Job'];
const tones: Record<string, string> = { ready: 'gray', running: 'pine', buried: 'brick' };

/** What waits to be done, is being done, or could not be. */
export default function Jobs() {
  const { t } = useI18n();
  const codes = useCodes();
  const [state, setState] = useState<Job['state']>('buried');
  const rows = usePages<Job>('/api/v1/jobs', async (cursor) => (await client.GET('/api/v1/jobs', { params: { query: { state, cursor, limit: 50 } } })).data!, state);
  const stale = [key('/api/v1/jobs')];
  const retry = useWrite((job: string) => client.POST('/api/v1/jobs/{job}/retry', { params: { path: { job } } }), { stale, done: t('jobs.retried') });
  const bury = useWrite((job: string) => client.POST('/api/v1/jobs/{job}/bury', { params: { path: { job } } }), { stale, done: t('jobs.buried') });
  return (
    <Page title={t('operator.jobs')} about={t('jobs.about')}>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <SegmentedControl aria-label={t('queue.state')} value={state} onChange={(value) => setState(value as Job['state'])} data={(['buried', 'ready', 'running'] as const).map((value) => ({ value, label: codes('job', value) }))} mb="md" />
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('jobs.none')} icon={<Workflow size={28} />} />}
          label={t('operator.jobs')}
          rowKey={(row) => row.id}
          columns={[
            { key: 'kind', label: t('jobs.kind'), lead: true, cell: (row) => row.kind },
            { key: 'state', label: t('queue.state'), cell: (row) => <Badge color={tones[row.state] ?? 'gray'}>{codes('job', row.state)}</Badge> },
            { key: 'tries', label: t('jobs.tries'), cell: (row) => row.attempts },
            { key: 'at', label: t('jobs.run'), cell: (row) => <When at={row.run_at} /> },
            { key: 'error', label: t('jobs.error'), cell: (row) => row.last_error || '–' },
            {
              key: 'act',
              label: '',
              end: true,
              cell: (row) =>
                row.state === 'buried' ? (
                  <Button size="compact-sm" variant="default" onClick={() => retry.mutate(row.id)}>
                    {t('jobs.retry')}
                  </Button>
                ) : (
                  row.state === 'ready' && (
                    <Button size="compact-sm" variant="subtle" color="brick" onClick={() => bury.mutate(row.id)}>
                      {t('jobs.bury')}
                    </Button>
                  )
                ),
            },
          ]}
        />
      </Paper>
    </Page>
  );
}
