import { $api, Await, client, digitsOf, HourGrid, key, Page, type Schemas, useDraft, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, NumberInput, Paper, Text, Textarea, TextInput } from '@mantine/core';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleDashed from 'lucide-react/icons/circle-dashed';
import { useState } from 'react';
import { Link } from 'wouter';
import css from '../console.module.css';
import { usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

/** What is asked of experts before they work, in order, what it pays, how many there may be, and the terms. */
export default function Entry() {
  const { t } = useI18n();
  const { program } = usePlace();
  if (!program) return null;
  return (
    <Page title={t('setup.entry')} about={t('entry.about')}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <div className={layout.stack}>
        <Asked program={program.id} />
        <Admission key={program.id} program={program} />
        <Terms program={program.id} />
      </div>
    </Page>
  );
}

/** Every step of the way in, where it is made, and whether it is asked at all. */
function Asked({ program }: { program: string }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const params = { params: { path: { program } } };
  const mine = { enabled: may('manage_program') };
  const terms = $api.useQuery('get', '/api/v1/programs/{program}/terms', params);
  const cards = $api.useQuery('get', '/api/v1/programs/{program}/cards', params, mine);
  const quiz = $api.useQuery('get', '/api/v1/programs/{program}/quiz', params, mine);
  const tasks = $api.useQuery('get', '/api/v1/programs/{program}/practice', params, mine);
  if (!may('manage_program')) return null;
  const must = cards.data?.data.filter((card) => card.must_read && !card.topic).length ?? 0;
  const steps: { code: 'terms' | 'cards' | 'quiz' | 'practice'; count: number; to: string }[] = [
    { code: 'terms', count: terms.data?.version ? 1 : 0, to: '' },
    { code: 'cards', count: must, to: '/setup/cards' },
    { code: 'quiz', count: quiz.data?.version ? 1 : 0, to: '/setup/quizzes' },
    { code: 'practice', count: tasks.data?.data.length ?? 0, to: '/setup/practice' },
  ];
  return (
    <Paper component="section">
      <h2 className={layout.subject}>{t('asked.title')}</h2>
      <Text size="sm" c="dimmed" mb="sm">
        {t('asked.text')}
      </Text>
      <ul className={css.checks}>
        {steps.map(({ code, count, to }) => (
          <li key={code}>
            <span className={css.tick} data-open={count === 0 || undefined}>
              {count > 0 ? <CircleCheck size={22} aria-label={t('asked.yes')} /> : <CircleDashed size={22} aria-label={t('asked.no')} />}
            </span>
            <span>
              <strong>{t(`asked.${code}`)}</strong>
              <br />
              <span className={css.quiet}>{count > 0 ? t(`asked.${code}.has`, { count }) : t('asked.not')}</span>
            </span>
            {to && (
              <Button component={Link} href={to} variant="default" size="compact-md" aria-label={`${t('setup.see')}: ${t(`asked.${code}`)}`}>
                {t('setup.see')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Paper>
  );
}

/** What an onboarding earns, how many experts there may be, and when questions come. */
function Admission({ program }: { program: Schemas['Program'] }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const before = program.policies.admission ?? { max_experts: 0, onboarding: 0 };
  const digits = digitsOf(program.currency);
  const [of, setOf] = useState(before);
  const save = useWrite(() => client.PUT('/api/v1/programs/{program}/policies', { params: { path: { program: program.id } }, body: { ...program.policies, admission: of } }), {
    stale: [key('/api/v1/brands/{brand}/programs')],
    done: t('saved'),
  });
  return (
    <Paper component="section">
      <h2 className={layout.subject}>{t('admission.title')}</h2>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <div className={css.fields}>
          <NumberInput label={t('admission.pay')} description={t('admission.pay.text')} min={0} decimalScale={digits} fixedDecimalScale value={of.onboarding / 10 ** digits} onChange={(n) => setOf({ ...of, onboarding: Math.round(Number(n) * 10 ** digits) })} suffix={` ${program.currency}`} hideControls readOnly={!may('manage_program')} />
          <NumberInput label={t('admission.cap')} description={t('admission.cap.text')} min={0} max={1_000_000} allowDecimal={false} value={of.max_experts} onChange={(n) => setOf({ ...of, max_experts: Number(n) })} readOnly={!may('manage_program')} />
        </div>
        {may('manage_program') && (
          <Button type="submit" mt="md" loading={save.isPending} disabled={of.max_experts === before.max_experts && of.onboarding === before.onboarding}>
            {t('save')}
          </Button>
        )}
      </form>
      <Demand program={program} />
    </Paper>
  );
}

/** Questions to be expected by hour of the week, as applicants read them too. */
function Demand({ program }: { program: Schemas['Program'] }) {
  const { t } = useI18n();
  const shown = program.state === 'live' || program.state === 'paused';
  const about = $api.useQuery('get', '/api/v1/programs/{program}/public', { params: { path: { program: program.id } } }, { enabled: shown, retry: false });
  if (!about.data) return null;
  return (
    <div style={{ marginTop: 24 }}>
      <h3 className={layout.subject}>{t('admission.hours')}</h3>
      <Text size="sm" c="dimmed" mb="sm">
        {about.data.questions_by_hour ? t('admission.hours.text') : t('admission.hours.few')}
      </Text>
      {about.data.questions_by_hour && <HourGrid of={about.data.questions_by_hour} title={t('admission.hours')} />}
    </div>
  );
}

const everywhere = '';

/** The terms of a country, or of all that have none of their own. */
function Terms({ program }: { program: string }) {
  const { t } = useI18n();
  const [country, setCountry] = useState(everywhere);
  const terms = $api.useQuery('get', '/api/v1/programs/{program}/terms', { params: { path: { program }, query: { country: country || undefined } } });
  return (
    <Paper component="section">
      <h2 className={layout.subject}>{t('entry.terms')}</h2>
      <TextInput label={t('entry.country')} description={t('entry.country.text')} value={country} onChange={(e) => setCountry(e.currentTarget.value.toUpperCase().replace(/[^A-Z]/g, '').slice(0, 2))} maxLength={2} maw={320} mb="md" />
      {country.length !== 1 && <Await read={terms}>{(of) => <TermsForm key={`${of.version}.${of.country}.${country}`} program={program} of={of} country={country} title={t('entry.terms')} />}</Await>}
    </Paper>
  );
}

function TermsForm({ program, of, country, title }: { program: string; of: Schemas['Terms']; country: string; title: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const { may } = usePlace();
  const [text, setText, clear] = useDraft(`terms.${program}.${country}.${of.version}`, of.text);
  const [language, setLanguage] = useState(of.language);
  const publish = useWrite(
    async () => {
      await client.POST('/api/v1/programs/{program}/terms', { params: { path: { program } }, body: { text, country: country || undefined, language: language.trim() || undefined } });
      clear();
    },
    { stale: [key('/api/v1/programs/{program}/terms'), key('/api/v1/programs/{program}/checklist')], done: t('entry.published') },
  );
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {of.published_at ? t('entry.version', { n: of.version, at: format.day(of.published_at) }) : t('entry.none')} {of.published_at && country !== of.country && t('entry.general')}
      </Text>
      <Textarea aria-label={title} value={text} onChange={(e) => setText(e.currentTarget.value)} autosize minRows={6} maxRows={18} dir="auto" readOnly={!may('manage_program')} />
      {may('manage_program') && (
        <Group mt="md" align="end">
          <TextInput label={t('entry.language')} value={language} onChange={(e) => setLanguage(e.currentTarget.value)} maxLength={35} w={160} />
          <Button loading={publish.isPending} disabled={!text.trim() || (text === of.text && country === of.country)} onClick={() => publish.mutate()}>
            {t('entry.publish')}
          </Button>
        </Group>
      )}
    </>
  );
}
