import { $api, Await, client, key, Page, type Schemas, useCodes, useConfirm, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Select, Slider, Stack, Text, TextInput } from '@mantine/core';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleDashed from 'lucide-react/icons/circle-dashed';
import { useState } from 'react';
import { Link } from 'wouter';
import css from '../console.module.css';
import { useBrand, usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

type Program = Schemas['Program'];
const stale = [key('/api/v1/brands/{brand}/programs'), key('/api/v1/programs/{program}/checklist')];

/** What a program still needs before it takes questions, and the switch. */
export default function Setup() {
  const { t } = useI18n();
  const codes = useCodes();
  const { program, may } = usePlace();
  if (!program) return <First />;
  return (
    <Page title={program.name} about={<Badge color={program.state === 'live' ? 'pine' : 'honey'}>{codes('program', program.state)}</Badge>} actions={may('manage_program') && <Switches of={program} />}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <div className={layout.stack}>
        <Checklist program={program.id} />
        {may('manage_program') && <Rollout key={program.rollout_share_bp} of={program} />}
      </div>
    </Page>
  );
}

const places: Record<string, string> = {
  topics: '/setup/topics',
  languages: '/setup/widget',
  origins: '/setup/widget',
  terms: '/setup/entry',
  quiz: '/setup/quizzes',
  experts: '/roster',
  budget: '/money',
  appeals: '/members',
  escalation: '/members',
};

function Checklist({ program }: { program: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const list = $api.useQuery('get', '/api/v1/programs/{program}/checklist', { params: { path: { program } } });
  return (
    <Await read={list}>
      {({ data }) => (
        <Paper>
          <h2 className={layout.subject}>{t('setup.checklist')}</h2>
          <ul className={css.checks}>
            {data.map((item) => (
              <li key={item.code}>
                <span className={css.tick} data-open={!item.done || undefined}>
                  {item.done ? <CircleCheck size={22} aria-label={t('setup.done')} /> : <CircleDashed size={22} aria-label={t('setup.open')} />}
                </span>
                <span>
                  <strong>{codes('check', item.code)}</strong>
                  {item.blocking && !item.done && (
                    <Badge color="brick" ms={8}>
                      {t('setup.blocking')}
                    </Badge>
                  )}
                  <br />
                  <span className={css.quiet}>
                    {item.details.length > 0 && (item.code === 'experts' ? t('setup.lacking', { languages: format.list(item.details.map(format.language)) }) : item.details.map((d) => codes('detail', d)).join(' · '))}
                  </span>
                </span>
                {!item.done && (
                  <Button component={Link} href={places[item.code] ?? '/setup/policies'} variant="default" size="compact-md">
                    {t('setup.see')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Paper>
      )}
    </Await>
  );
}

/** Going live, resting, and the end. */
function Switches({ of }: { of: Program }) {
  const { t } = useI18n();
  const { ask, dialog } = useConfirm();
  const params = { path: { program: of.id } };
  const launch = useWrite(() => client.POST('/api/v1/programs/{program}/launch', { params }), { stale, done: t('setup.launched') });
  const pause = useWrite(() => client.POST('/api/v1/programs/{program}/pause', { params }), { stale });
  const resume = useWrite(() => client.POST('/api/v1/programs/{program}/resume', { params }), { stale });
  const close = useWrite(() => client.POST('/api/v1/programs/{program}/close', { params }), { stale });
  return (
    <Group gap="sm">
      {of.state === 'draft' && (
        <Button loading={launch.isPending} onClick={() => launch.mutate()}>
          {t('setup.launch')}
        </Button>
      )}
      {of.state === 'live' && (
        <Button variant="default" onClick={() => ask({ title: t('setup.pause'), text: t('setup.pause.text'), yes: t('setup.pause'), act: () => pause.mutateAsync() })}>
          {t('setup.pause')}
        </Button>
      )}
      {of.state === 'paused' && (
        <Button loading={resume.isPending} onClick={() => resume.mutate()}>
          {t('setup.resume')}
        </Button>
      )}
      {of.state !== 'closed' && (
        <Button variant="subtle" color="brick" onClick={() => ask({ title: t('setup.close'), text: t('setup.close.text'), yes: t('setup.close'), danger: true, act: () => close.mutateAsync() })}>
          {t('setup.close')}
        </Button>
      )}
      {dialog}
    </Group>
  );
}

/** The share of questions that go to experts, and what it means. */
function Rollout({ of }: { of: Program }) {
  const { t } = useI18n();
  const [percent, setPercent] = useState(of.rollout_share_bp / 100);
  const save = useWrite(() => client.PUT('/api/v1/programs/{program}/rollout', { params: { path: { program: of.id } }, body: { share_bp: Math.round(percent * 100) } }), { stale, done: t('saved') });
  return (
    <Paper>
      <h2 className={layout.subject}>{t('setup.rollout')}</h2>
      <Text size="sm" c="dimmed" mb="lg">
        {t('setup.rollout.text', { percent: Math.round(percent) })}
      </Text>
      <Slider value={percent} onChange={setPercent} min={0} max={100} step={1} label={(n) => `${n} %`} thumbLabel={t('setup.rollout')} marks={[0, 25, 50, 75, 100].map((value) => ({ value, label: String(value) }))} mb="xl" />
      <Button loading={save.isPending} disabled={Math.round(percent * 100) === of.rollout_share_bp} onClick={() => save.mutate()}>
        {t('save')}
      </Button>
    </Paper>
  );
}

/** A brand's first program. */
export function First() {
  const { t } = useI18n();
  const { may } = usePlace();
  const { path } = useBrand();
  const [name, setName] = useState('');
  const [currency, setCurrency] = useState('EUR');
  const make = useWrite(() => client.POST('/api/v1/brands/{brand}/programs', { params: { path }, body: { name: name.trim(), currency, languages: ['en'] } }), { stale });
  return (
    <Page title={t('setup.first')} about={t('setup.first.text')} narrow>
      {may('manage_program') && (
        <Paper>
          <form
            onSubmit={(e) => {
              e.preventDefault();
              make.mutate();
            }}
          >
            <Stack>
              <TextInput label={t('setup.name')} required maxLength={200} value={name} onChange={(e) => setName(e.currentTarget.value)} />
              <Select label={t('setup.currency')} data={['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'PLN', 'JPY']} value={currency} onChange={(value) => setCurrency(value ?? 'EUR')} allowDeselect={false} />
              <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
                {t('setup.make')}
              </Button>
            </Stack>
          </form>
        </Paper>
      )}
    </Page>
  );
}
