import { $api, Await, Loading, Redacted, type Schemas, send, useCodes, useFormat, useI18n, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Anchor, Badge, Button, Paper, Stack, Text } from '@mantine/core';
import Download from 'lucide-react/icons/download';
import { useState } from 'react';
import { Link } from 'wouter';

type Log = Schemas['StandingLog'];
type Chances = Schemas['Chances'];
type Name = (slug: string) => string;

const latest = 8; // changes that are shown at first

const tone: Record<string, string> = { proven: 'pine', trusted: 'pine' };

/** What the standing in a program came from, and the levels it makes. */
export function Came({ program, name }: { program: string; name: Name }) {
  const { t } = useI18n();
  const read = $api.useQuery('get', '/api/v1/programs/{program}/application/standing_log', { params: { path: { program } } });
  return (
    <details>
      <summary>{t('log.title')}</summary>
      <Await read={read} loading={<Loading rows={2} height={50} />}>
        {(log) => (
          <Stack gap="md" mt="sm">
            <Levels of={log} name={name} />
            <Changes of={log} name={name} />
          </Stack>
        )}
      </Await>
    </details>
  );
}

function Levels({ of, name }: { of: Log; name: Name }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  return (
    <Stack gap="xs">
      {of.levels.map((level) => (
        <div key={level.topic}>
          <div className={layout.row}>
            <strong>{name(level.topic)}</strong>
            <Badge color={tone[level.level] ?? 'gray'}>{codes('level', level.level)}</Badge>
          </div>
          <Text size="sm" c="dimmed">
            {t('level.counts', { outcomes: format.number(level.outcomes), customers: format.number(level.customers), days: format.number(level.days) })}
          </Text>
        </div>
      ))}
      <details>
        <summary>{t('level.bars')}</summary>
        {of.bars.map((bar) => (
          <Text size="sm" key={bar.level}>
            {t('level.bar', { level: codes('level', bar.level), low: format.percent(bar.low), outcomes: format.number(bar.outcomes), customers: format.number(bar.customers), days: format.number(bar.days) })}
          </Text>
        ))}
        <Text size="sm" c="dimmed">
          {t('level.about')}
        </Text>
      </details>
    </Stack>
  );
}

function Changes({ of, name }: { of: Log; name: Name }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const [shown, setShown] = useState(latest);
  if (of.changes.length === 0) return <Text c="dimmed">{t('log.none')}</Text>;
  return (
    <>
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {of.changes.slice(0, shown).map((x) => (
          <li key={`${x.assignment}${x.source}${x.at}`} style={{ paddingBlock: 8 }}>
            <div className={layout.row}>
              <span>
                <strong>{codes('log', `${x.source}.${x.outcome}`)}</strong> · {name(x.topic)}
              </span>
              <Text size="sm" c="dimmed" component="span">
                {t('log.moved', { before: format.percent(x.before), after: format.percent(x.after) })}
              </Text>
            </div>
            <Text size="sm">
              <Anchor component={Link} href={`/turns/${x.assignment}`}>
                <Redacted text={x.title} />
              </Anchor>{' '}
              · <When at={x.at} />
            </Text>
            {x.note && (
              <Text size="sm" dir="auto">
                <strong>{t('log.note')}</strong> {x.note}
              </Text>
            )}
          </li>
        ))}
      </ul>
      {of.changes.length > shown && (
        <Button variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => setShown(of.changes.length)}>
          {t('show_more')}
        </Button>
      )}
    </>
  );
}

/** Why one was asked in a program, and why not, of one's own part alone. */
export function Chosen({ program, name }: { program: string; name: Name }) {
  const { t } = useI18n();
  const read = $api.useQuery('get', '/api/v1/programs/{program}/application/chances', { params: { path: { program } } });
  return (
    <details>
      <summary>{t('chances.title')}</summary>
      <Await read={read} loading={<Loading rows={1} height={80} />}>
        {(chances) => (
          <Stack gap="xs" mt="sm">
            <Counted of={chances} />
            <KeptOut of={chances} name={name} />
            <OneByOne of={chances} name={name} />
            <Anchor href={`/join/${program}#chosen`}>{t('chances.parameters')}</Anchor>
          </Stack>
        )}
      </Await>
    </details>
  );
}

function Counted({ of }: { of: Chances }) {
  const { t } = useI18n();
  const format = useFormat();
  if (of.decisions === 0) return <Text c="dimmed">{t('chances.none')}</Text>;
  const rows: [string, number][] = [
    [t('chances.decisions'), of.decisions],
    [t('chances.asked'), of.asked],
    [t('chances.behind'), of.behind],
    [t('chances.shared'), of.shared],
    [t('chances.elsewhere'), of.elsewhere],
  ];
  if (of.mean_place !== null) rows.push([t('chances.place'), of.mean_place]);
  return (
    <dl style={{ margin: 0 }}>
      {rows.map(([label, n]) => (
        <div key={label} className={layout.row} style={{ flexWrap: 'nowrap', alignItems: 'baseline' }}>
          <dt>{label}</dt>
          <dd style={{ margin: 0, flex: 'none', fontWeight: 600 }}>{format.number(n)}</dd>
        </div>
      ))}
    </dl>
  );
}

function KeptOut({ of, name }: { of: Chances; name: Name }) {
  const { t } = useI18n();
  const codes = useCodes();
  if (of.rules.length === 0) return null; // they are not looked at
  const kept = of.rules.filter(({ rule }) => rule && rule !== 'brand_only');
  if (kept.length === 0) return <Text size="sm">{t('chances.nothing')}</Text>;
  return (
    <div>
      <strong>{t('chances.now')}</strong>
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        {kept.map(({ topic, rule }) => (
          <li key={topic}>
            {name(topic)}: {codes('rule', rule)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The latest decisions, one by one: topic, hour and what is one's own. */
function OneByOne({ of, name }: { of: Chances; name: Name }) {
  const { t } = useI18n();
  const [shown, setShown] = useState(latest);
  if (of.latest.length === 0) return null;
  return (
    <details>
      <summary>{t('chance.title')}</summary>
      <Text size="sm" c="dimmed">
        {t('chance.about')}
      </Text>
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {of.latest.slice(0, shown).map((one, i) => (
          <li key={i} style={{ paddingBlock: 8 }}>
            <div className={layout.row}>
              <strong>{name(one.topic)}</strong>
              <Text size="sm" c="dimmed" component="span">
                <When at={one.hour} absolute />
              </Text>
            </div>
            <Because of={one} />
          </li>
        ))}
      </ul>
      {of.latest.length > shown && (
        <Button variant="default" mb="xs" onClick={() => setShown(of.latest.length)}>
          {t('show_more')}
        </Button>
      )}
    </details>
  );
}

/** Why one was asked or not, in a sentence or three. */
function Because({ of }: { of: Schemas['Chance'] }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const said = [codes('chance', of.outcome)];
  if (of.place) said.push(codes('chance.place', of.place));
  if (of.lower.length) said.push(t('chance.lower', { groups: format.list(of.lower.map((group) => codes('group', group))) }));
  if (of.rule) said.push(t('chance.rule', { rule: codes('rule', of.rule) }));
  else if (of.now) said.push(t('chance.now', { rule: codes('rule', of.now) }));
  else if (of.outcome === 'kept_out') said.push(t('chance.over'));
  return <Text size="sm">{said.join(' ')}</Text>;
}

/** Everything that is kept of one, to take along. */
export function Known() {
  const { t } = useI18n();
  const take = useWrite(async () => {
    const answer = await send(new Request(new URL('/api/v1/me/known', location.origin)));
    const address = URL.createObjectURL(await answer.blob());
    const link = document.createElement('a');
    link.href = address;
    link.download = 'known.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  });
  return (
    <Paper>
      <h2 className={layout.subject}>{t('known.title')}</h2>
      <Text size="sm" mb="sm">
        {t('known.text')}
      </Text>
      <Button variant="default" leftSection={<Download size={17} aria-hidden />} loading={take.isPending} onClick={() => take.mutate()}>
        {t('known.take')}
      </Button>
    </Paper>
  );
}
