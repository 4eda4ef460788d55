import { Button } from '@mantine/core';
import Ellipsis from 'lucide-react/icons/ellipsis';
import { type ComponentType, type ReactNode, Suspense, useEffect, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { Guard } from '../app';
import { type Key, useI18n } from '../i18n';
import { useConnection } from '../stream';
import { Loading } from './states';
import css from './shell.module.css';

type Icon = ComponentType<{ size?: number | string; 'aria-hidden'?: boolean }>;

/** A way to a screen. bar: it has a place on a phone's bar, else it is behind "more". */
export type Entry = { to: string; label: Key; icon: Icon; bar?: boolean; count?: number; group?: Key };

/**
 * The frame around every screen: navigation at the side, on phones at the
 * bottom; the state of the connection; a way past it all for keyboards.
 */
export function Shell({ name, entries, top, foot, children }: { name: string; entries: Entry[]; top?: ReactNode; foot?: ReactNode; children: ReactNode }) {
  const { t } = useI18n();
  const [location] = useLocation();
  const bar = entries.filter((entry) => entry.bar);
  const rest = entries.filter((entry) => !entry.bar);
  const holds = (to: string) => location === to || (to !== '/' && location.startsWith(to + '/'));
  const nearest = Math.max(...entries.map(({ to }) => (holds(to) ? to.length : 0))); // of an address and one below it
  const here = (to: string) => holds(to) && to.length === nearest;
  const current = (to: string) => (here(to) ? ('page' as const) : undefined);
  return (
    <div className={css.shell}>
      <a className="kh-skip" href="#main">
        {t('skip')}
      </a>
      <aside className={`${css.side} kh-noprint`}>
        <Link href="/" className={css.brand}>
          <Mark />
          <span>{name}</span>
        </Link>
        <nav aria-label={t('navigation')} className={css.nav}>
          {entries.map((entry, i) => (
            <div key={entry.to}>
              {entry.group && entry.group !== entries[i - 1]?.group && <p className={css.group}>{t(entry.group)}</p>}
              <Link href={entry.to} className={css.entry} aria-current={current(entry.to)}>
                <entry.icon size={20} aria-hidden />
                <span className={css.label}>{t(entry.label)}</span>
                <Count n={entry.count} />
              </Link>
            </div>
          ))}
        </nav>
        {foot && <div className={css.foot}>{foot}</div>}
      </aside>
      <div className={css.body}>
        {top && <header className={`${css.top} kh-noprint`}>{top}</header>}
        <Connected />
        <main id="main" tabIndex={-1} className={css.main}>
          <Guard key={location}>
            <Suspense fallback={<Loading />}>{children}</Suspense>
          </Guard>
        </main>
      </div>
      <nav aria-label={t('navigation')} className={`${css.bar} kh-noprint`}>
        {bar.map((entry) => (
          <Link key={entry.to} href={entry.to} className={css.tab} aria-current={current(entry.to)}>
            <span className={css.tabicon}>
              <entry.icon size={22} aria-hidden />
              <Count n={entry.count} />
            </span>
            <span>{t(entry.label)}</span>
          </Link>
        ))}
        {(rest.length > 0 || foot) && (
          <>
            <button type="button" popoverTarget="more" className={css.tab} data-current={rest.some((entry) => here(entry.to)) || undefined}>
              <span className={css.tabicon}>
                <Ellipsis size={22} aria-hidden />
              </span>
              <span>{t('more')}</span>
            </button>
            <div id="more" popover="auto" className={css.more}>
              {rest.map((entry) => (
                <Link key={entry.to} href={entry.to} className={css.entry} aria-current={current(entry.to)} onClick={() => document.getElementById('more')?.hidePopover()}>
                  <entry.icon size={20} aria-hidden />
                  <span className={css.label}>{t(entry.label)}</span>
                  <Count n={entry.count} />
                </Link>
              ))}
              {foot && <div className={css.foot}>{foot}</div>}
            </div>
          </>
        )}
      </nav>
    </div>
  );
}

function Count({ n }: { n: number | undefined }) {
  if (!n) return null;
  return <span className={css.count}>{n}</span>;
}

/** The product's mark, a receipt that is in order, as on the public pages. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden className={css.mark}>
      <path d="M6 3.5h20a2 2 0 0 1 2 2V29l-4-2.6-4 2.6-4-2.6-4 2.6-4-2.6L4 29V5.5a2 2 0 0 1 2-2z" fill="var(--kh-pine-fill)" />
      <path d="m10 14.6 4.2 4.2L22.4 10" fill="none" stroke="var(--kh-pine-on)" strokeWidth="3.2" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

function network(changed: () => void) {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}

/** Says when news do not arrive; while they do it says nothing. */
function Connected() {
  const { t } = useI18n();
  const stream = useConnection();
  const online = useSyncExternalStore(network, () => navigator.onLine);
  const state = online ? stream : 'offline'; // a connection that hangs takes its time to be missed
  const trouble = state === 'offline' || state === 'waiting';
  return (
    <div role="status" className={css.connection} data-shown={trouble || undefined}>
      {trouble && t(state === 'offline' ? 'connection.offline' : 'connection.waiting')}
    </div>
  );
}

/** The top of a screen. Going there puts the focus on its title. */
export function Page({ title, about, actions, back, narrow, children }: { title: string; about?: ReactNode; actions?: ReactNode; back?: { to: string; label: string }; narrow?: boolean; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Knowhow`;
  }, [title]);
  useEffect(() => {
    // the first screen of a visit leaves the focus where the browser put it
    if (visited) {
      window.scrollTo(0, 0);
      document.getElementById('title')?.focus({ preventScroll: true });
    }
    visited = true;
  }, []);
  return (
    <div className={css.page} data-narrow={narrow || undefined}>
      {back && (
        <Button component={Link} href={back.to} variant="subtle" color="gray" size="compact-sm" className={`${css.back} kh-noprint`}>
          <span aria-hidden className={css.arrow}>
            ←
          </span>
          {back.label}
        </Button>
      )}
      <div className={css.head}>
        <div>
          <h1 id="title" tabIndex={-1} className={css.title}>
            {title}
          </h1>
          {about && <div className={css.about}>{about}</div>}
        </div>
        {actions && <div className={`${css.actions} kh-noprint`}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

let visited = false; // a screen was shown before
