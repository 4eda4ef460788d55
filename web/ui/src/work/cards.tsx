import { $api, Await, client, key, type Schemas, useAnnounce, useFormat, useI18n, useWrite } from '@kit/index';
import { Badge, Button, Group, Text } from '@mantine/core';
import Check from 'lucide-react/icons/check';
import css from './work.module.css';

type Card = Schemas['OwnCard'];

/** What a program has its experts read: those of a topic open it. topics: names by slug; only: what must be read before the quiz. */
export function Cards({ program, topics, only }: { program: string; topics?: ReadonlyMap<string, string>; only?: boolean }) {
  const { t } = useI18n();
  const cards = $api.useQuery('get', '/api/v1/programs/{program}/application/cards', { params: { path: { program } } });
  return (
    <Await read={cards}>
      {({ data }) => {
        const shown = only ? data.filter((card) => card.must_read && !card.topic) : data;
        if (!shown.length) return <Text c="dimmed">{t('cards.none')}</Text>;
        const of = [...new Set(shown.map((card) => card.topic))];
        return (
          <>
            <Text size="sm" c="dimmed" mb="sm">
              {t('cards.text')}
            </Text>
            {of.map((topic) => (
              <section key={topic} aria-label={topic ? (topics?.get(topic) ?? topic) : t('cards.program')}>
                {of.length > 1 && <h3 className={css.cardsof}>{topic ? (topics?.get(topic) ?? topic) : t('cards.program')}</h3>}
                {shown
                  .filter((card) => card.topic === topic)
                  .map((card) => (
                    <One key={card.id} program={program} card={card} />
                  ))}
              </section>
            ))}
          </>
        );
      }}
    </Await>
  );
}

function One({ program, card }: { program: string; card: Card }) {
  const { t } = useI18n();
  const format = useFormat();
  const say = useAnnounce();
  const mark = useWrite(() => client.POST('/api/v1/programs/{program}/application/cards/{card}/read', { params: { path: { program, card: card.id } } }), {
    stale: ['/cards', '/onboarding', '', '/quiz'].map((rest) => key(`/api/v1/programs/{program}/application${rest}`)),
    after: () => say(t('cards.marked')),
  });
  return (
    <details className={css.card} open={!card.read_at && card.must_read}>
      <summary>
        <span className={css.cardtitle} dir="auto">
          {card.title}
        </span>
        {card.read_at ? (
          <Badge leftSection={<Check size={14} aria-hidden />}>{t('cards.read')}</Badge>
        ) : (
          card.must_read && <Badge color="honey">{t('cards.must')}</Badge>
        )}
      </summary>
      <div className={css.cardtext} dir="auto" lang={card.language || undefined}>
        {card.text}
      </div>
      {card.read_at ? (
        <Text size="sm" c="dimmed">
          {t('cards.read_at', { at: format.day(card.read_at) })}
        </Text>
      ) : (
        <Group>
          <Button variant="light" loading={mark.isPending} onClick={() => mark.mutate()} aria-label={`${t('cards.mark')}: ${card.title}`}>
            {t('cards.mark')}
          </Button>
        </Group>
      )}
    </details>
  );
}
