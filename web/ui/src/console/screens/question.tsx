import { $api, Await, client, Composer, Conversation, Facts, key, Loading, Page, Receipt, type Schemas, useCodes, useConfirm, useFormat, useI18n, useTyping, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Paper, Select, Text } from '@mantine/core';
import { useParams } from 'wouter';
import css from '../console.module.css';
import { Decisions } from '../decisions';
import { Due } from '../due';
import { History } from '../history';
import { Reviewed } from '../judged';
import { useBrand, usePlace } from '../place';
import { Thank } from '../thank';
import { tones } from '../tones';

type Seen = Schemas['BrandConversation'];

/** One question: what was said, why whom was asked, and where the money went. */
export default function Question() {
  const { t } = useI18n();
  const { question = '' } = useParams();
  const { path } = useBrand();
  const seen = $api.useQuery('get', '/api/v1/brands/{brand}/questions/{question}', { params: { path: { ...path, question } } });
  return (
    <Page title={seen.data?.question.title ?? t('queue.question')} back={{ to: '/', label: t('queue.title') }} about={seen.data && <About of={seen.data.question} />}>
      <Await read={seen} loading={<Loading rows={2} height={180} />}>
        {(found) => <Bench seen={found} />}
      </Await>
    </Page>
  );
}

function About({ of }: { of: Schemas['BrandQuestion'] }) {
  const { has } = useI18n();
  const codes = useCodes();
  const how = of.state === 'escalated' ? 'escalated' : has(`ended.${of.state}.${of.end_reason}`) ? `ended.${of.state}` : 'ended';
  return (
    <>
      <Badge color={tones[of.state] ?? 'gray'}>{codes('state', of.state)}</Badge>{' '}
      {of.end_reason && <Badge color="gray">{codes(how, of.end_reason)}</Badge>}
    </>
  );
}

function Bench({ seen }: { seen: Seen }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const typing = useTyping(seen.question.id);
  const talk = seen.conversation;
  return (
    <div className={layout.bench}>
      <div className={layout.talk}>
        {talk.notes.length > 0 && (
          <Alert color="honey" title={t('question.notes')}>
            {talk.notes.map((note, i) => (
              <Text key={i} dir="auto">
                {note}
              </Text>
            ))}
          </Alert>
        )}
        <Conversation messages={talk.messages} side="brand" typing={typing} />
        {may('answer_for_brand') && <Answer of={seen.question} />}
        <Decisions question={seen.question.id} />
        {may('review_work') && <Reviewed question={seen.question.id} />}
        {may('see_money') && <Told question={seen.question.id} title={seen.question.title} />}
      </div>
      <aside className={layout.aside} aria-label={t('question.about')}>
        <Promise of={seen.question} />
        {talk.context.trim() && (
          <Paper>
            <h2 className={layout.subject}>{t('question.context')}</h2>
            <Facts text={talk.context} />
          </Paper>
        )}
        {may('see_money') && <History question={seen.question} />}
      </aside>
    </div>
  );
}

/** Answering for the brand, or taking the question from the crowd first. */
function Answer({ of }: { of: Schemas['BrandQuestion'] }) {
  const { t } = useI18n();
  const { path } = useBrand();
  const { ask, dialog } = useConfirm();
  const params = { path: { ...path, question: of.id } };
  const stale = [key('/api/v1/brands/{brand}/questions'), key('/api/v1/brands/{brand}/questions/{question}')];
  const take = useWrite(async () => client.POST('/api/v1/brands/{brand}/questions/{question}/take_over', { params }), { stale, done: t('question.taken') });
  const send = useWrite(async (text: string) => client.POST('/api/v1/brands/{brand}/questions/{question}/answer', { params, body: { text } }), { stale });
  const back = useWrite(async () => client.POST('/api/v1/brands/{brand}/questions/{question}/route_back', { params }), { stale, done: t('question.back.done') });
  if (of.state === 'escalated') {
    return (
      <Paper p="md">
        <Composer draft={`brand.${of.id}`} label={t('question.answer')} placeholder={t('question.answer.hint')} sendLabel={t('question.send')} busy={send.isPending} send={(text) => send.mutateAsync(text)} />
        {of.end_reason === 'matter' && (
          <Button variant="default" mt="sm" onClick={() => ask({ title: t('question.back'), text: t('question.back.text'), yes: t('question.back'), act: () => back.mutateAsync() })}>
            {t('question.back')}
          </Button>
        )}
        {dialog}
      </Paper>
    );
  }
  if (!['asked', 'offered', 'assigned', 'answered'].includes(of.state)) return null;
  return (
    <>
      <Button
        variant="default"
        onClick={() => ask({ title: t('question.take'), text: t('question.take.text'), yes: t('question.take'), act: () => take.mutateAsync() })}
      >
        {t('question.take')}
      </Button>
      {dialog}
    </>
  );
}

function Promise({ of }: { of: Schemas['BrandQuestion'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const rows: [string, string | null][] = [
    [t('question.asked'), of.asked_at],
    [t('question.first_response'), of.first_responded_at],
    [t('question.resolved'), of.resolved_at],
  ];
  return (
    <Paper>
      <div className={layout.row}>
        <h2 className={layout.subject}>{t('question.promised')}</h2>
        <Due of={of} />
      </div>
      <dl className={css.facts}>
        {rows.map(([label, at]) => (
          <div key={label} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>{at ? format.moment(at) : '–'}</dd>
          </div>
        ))}
        <dt>{t('question.topic')}</dt>
        <dd>
          <Topic of={of} />
        </dd>
        <dt>{t('queue.language')}</dt>
        <dd>{format.language(of.language)}</dd>
      </dl>
    </Paper>
  );
}

/** What it is about, how that is known, and for who may put it right, a choice. */
function Topic({ of }: { of: Schemas['BrandQuestion'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const { path } = useBrand();
  const { may } = usePlace();
  const mine = may('manage_program');
  const topics = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program: of.program } } }, { enabled: mine });
  const stale = [key('/api/v1/brands/{brand}/questions'), key('/api/v1/brands/{brand}/questions/{question}')];
  const set = useWrite((topic: string) => client.PUT('/api/v1/brands/{brand}/questions/{question}/topic', { params: { path: { ...path, question: of.id } }, body: { topic } }), {
    stale,
    done: t('question.topic.done'),
  });
  const share = format.percent(of.topic_read ?? 1);
  const how = { asker: '', '': of.topic ? '' : t('question.topic.unknown'), brand: t('question.topic.brand'), read: t('question.topic.read', { share }), none: t('question.topic.none', { share }) }[of.topic_by];
  return (
    <>
      {mine && topics.data ? (
        <Select
          aria-label={t('question.topic.set')}
          data={[{ value: '', label: t('question.topic.nothing') }, ...topics.data.data.map((topic) => ({ value: topic.slug, label: topic.name }))]}
          value={of.topic || (of.topic_by === 'brand' ? '' : null)}
          placeholder={t('question.topic.set')}
          onChange={(value) => value !== null && set.mutate(value)}
          disabled={set.isPending}
          allowDeselect={false}
        />
      ) : (
        of.topic
      )}
      {how && (
        <Text size="sm" c="dimmed">
          {how}
        </Text>
      )}
    </>
  );
}

function Told({ question, title }: { question: string; title: string }) {
  const { path } = useBrand();
  const receipt = $api.useQuery('get', '/api/v1/brands/{brand}/questions/{question}/receipt', { params: { path: { ...path, question } } });
  const { may } = usePlace();
  return (
    <Await read={receipt}>
      {(of) => (
        <>
          <Receipt of={of} title={title} />
          {may('thank_experts') && of.turns.filter((turn) => turn.answered_at && turn.reward).map((turn) => <Thank key={turn.attempt} question={question} turn={turn} />)}
        </>
      )}
    </Await>
  );
}
