import { $api, Await, client, Composer, Conversation, Facts, key, Loading, Money, Page, type Schemas, useAnnounce, useCodes, useFormat, useI18n, useTyping, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Checkbox, Group, Paper, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import Info from 'lucide-react/icons/info';
import { useEffect, useRef } from 'react';
import { Link, useParams } from 'wouter';
import { End } from '../end';
import { HandBack } from '../handback';
import { MacroMenu } from '../macromenu';
import { useSignals } from '../signals';
import css from '../work.module.css';

type Talk = Schemas['Conversation'];
type Turn = Schemas['Assignment'];

/** One question in hand: the conversation, what is known, and the answer. */
export default function Workbench() {
  const { assignment = '' } = useParams();
  const turn = $api.useQuery('get', '/api/v1/assignments/{assignment}', { params: { path: { assignment } } });
  const { t } = useI18n();
  if (turn.error && !turn.data)
    return (
      <Page title={t('turns.question')} back={{ to: '/turns', label: t('turns.title') }}>
        <Await read={turn}>{() => null}</Await>
      </Page>
    );
  return (
    <Await read={turn} loading={<Loading rows={2} height={200} />}>
      {(found) => <Bench key={found.id} turn={found} />}
    </Await>
  );
}

function Bench({ turn }: { turn: Turn }) {
  const { t } = useI18n();
  const codes = useCodes();
  const talk = $api.useQuery('get', '/api/v1/work/questions/{question}', { params: { path: { question: turn.question } } });
  return (
    <Page title={talk.data?.title ?? t('turns.question')} back={{ to: '/turns', label: t('turns.title') }} about={<Badge>{codes('turn', turn.state)}</Badge>}>
      <Await read={talk} loading={<Loading rows={2} height={160} />}>
        {(conversation) => <Table turn={turn} talk={conversation} />}
      </Await>
    </Page>
  );
}

function Table({ turn, talk }: { turn: Turn; talk: Talk }) {
  const { t } = useI18n();
  const say = useAnnounce();
  const typing = useTyping(turn.question);
  const mine = turn.state === 'working' || turn.state === 'delivered';
  const { write, read } = useSignals(turn, talk, mine);
  const count = useRef(talk.messages.length);
  useEffect(() => {
    const newest = talk.messages.at(-1);
    if (talk.messages.length > count.current && newest?.author !== 'expert') say(t('bench.new_message'));
    count.current = talk.messages.length;
  }, [talk.messages, say, t]);
  return (
    <div className={layout.bench}>
      <div className={layout.talk}>
        <Notes turn={turn} talk={talk} mine={mine} />
        <Conversation messages={talk.messages} side="expert" typing={typing} read={read} />
        {mine ? <Write turn={turn} onTyping={write} /> : <Over turn={turn} />}
      </div>
      <Known turn={turn} talk={talk} mine={mine} />
    </div>
  );
}

/** What those before left for whoever is next, who may say that it helped. */
function Notes({ turn, talk, mine }: { turn: Turn; talk: Talk; mine: boolean }) {
  const { t } = useI18n();
  const confirm = useWrite(
    async (handed_back: string) => (await client.POST('/api/v1/assignments/{assignment}/confirm_handoff', { params: { path: { assignment: turn.id } }, body: { handed_back } })).data,
    { stale: [key('/api/v1/work/questions/{question}')], done: t('bench.notes.thanked') },
  );
  if (!talk.handoffs.length) return null;
  return (
    <Alert color="honey" title={t('bench.notes')} icon={<Info size={20} />}>
      {talk.handoffs.map((handoff) => (
        <div key={handoff.assignment} className={layout.row}>
          <Text dir="auto">{handoff.note}</Text>
          {mine && (
            <Button variant="default" size="compact-md" disabled={handoff.confirmed} loading={confirm.isPending} onClick={() => confirm.mutate(handoff.assignment)}>
              {t('bench.notes.helped')}
            </Button>
          )}
        </div>
      ))}
    </Alert>
  );
}

function Write({ turn, onTyping }: { turn: Turn; onTyping: () => void }) {
  const { t } = useI18n();
  const path = { assignment: turn.id };
  const first = turn.state === 'working';
  const stale = [key('/api/v1/work/questions/{question}'), key('/api/v1/assignments'), key('/api/v1/assignments/{assignment}'), key('/api/v1/me/expert')];
  const send = useWrite(
    async ({ text, pictures, asAnswer }: { text: string; pictures: string[]; asAnswer: boolean }) => {
      const body = pictures.length ? { text, pictures } : { text };
      if (asAnswer) await client.POST('/api/v1/assignments/{assignment}/answer', { params: { path }, body });
      else await client.POST('/api/v1/assignments/{assignment}/messages', { params: { path }, body });
    },
    { stale, after: (_, { asAnswer }) => asAnswer && notifications.show({ message: t('bench.answered'), color: 'pine' }) },
  );
  const asking = useRef<HTMLInputElement>(null);
  return (
    <Paper p="md" className={css.write}>
      <Composer
        draft={`turn.${turn.id}`}
        label={t(first ? 'bench.answer' : 'bench.message')}
        placeholder={t(first ? 'bench.answer.hint' : 'bench.message.hint')}
        sendLabel={t('bench.send')}
        busy={send.isPending}
        onTyping={onTyping}
        pictures
        send={async (text, pictures) => {
          await send.mutateAsync({ text, pictures, asAnswer: first && !asking.current?.checked });
          if (asking.current) asking.current.checked = false;
        }}
        below={first && <Checkbox ref={asking} label={t('bench.only_asking')} description={t('bench.only_asking.text')} />}
        tools={(insert) => <MacroMenu insert={insert} />}
      />
    </Paper>
  );
}

function Over({ turn }: { turn: Turn }) {
  const { t } = useI18n();
  return (
    <Paper>
      <Group justify="space-between">
        <Text c="dimmed">{t('bench.over')}</Text>
        <Button variant="default" component={Link} href={`/turns/${turn.id}/receipt`}>
          {t('receipt.title')}
        </Button>
      </Group>
    </Paper>
  );
}

function Known({ turn, talk, mine }: { turn: Turn; talk: Talk; mine: boolean }) {
  const { t } = useI18n();
  const format = useFormat();
  const hidden = hiddenIn(talk);
  return (
    <aside className={layout.aside} aria-label={t('bench.about')}>
      <Paper>
        <div className={layout.row}>
          <span>{t('bench.pays')}</span>
          <Money of={turn.reward} big />
        </div>
        <Text size="sm" c="dimmed" mt={8}>
          {t('bench.accepted')} <When at={turn.accepted_at} />
          {turn.release_at && !turn.settled_at && <> · {t('receipt.release', { time: format.moment(turn.release_at) })}</>}
        </Text>
      </Paper>
      {talk.context.trim() && (
        <Paper>
          <h2 className={layout.subject}>{t('bench.context')}</h2>
          <Facts text={talk.context} />
        </Paper>
      )}
      <Paper>
        <h2 className={layout.subject}>{t('bench.hidden.title')}</h2>
        <Text size="sm" c="dimmed">
          {hidden ? t('bench.hidden', { count: hidden }) : t('bench.hidden.none')}
        </Text>
      </Paper>
      {mine && (
        <Paper>
          <h2 className={layout.subject}>{t('bench.not_for_you')}</h2>
          <div className={layout.stack} style={{ gap: 8 }}>
            {turn.state === 'working' && <HandBack turn={turn} />}
            <End turn={turn} />
          </div>
        </Paper>
      )}
    </aside>
  );
}

/** How many passages of the conversation are hidden. */
function hiddenIn(talk: Talk): number {
  const texts = [talk.title, talk.context, ...talk.messages.map((m) => m.text)].join('\n');
  return new Set(texts.match(/\[[a-z][a-z -]{1,30} \d+\]/g) ?? []).size;
}
