import { type Key, useI18n } from '@kit/index';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import css from './console.module.css';

/** Ways between the screens of one subject. */
export function Tabs({ label, of }: { label: string; of: { to: string; label: Key }[] }) {
  const { t } = useI18n();
  const [location] = useLocation();
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // on a phone they are wider than the window
    const here = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (here) bar.current?.scrollTo({ left: here.offsetLeft - (bar.current.clientWidth - here.offsetWidth) / 2 });
  }, [location]);
  return (
    <nav aria-label={label} className={css.tabs} ref={bar}>
      {of.map(({ to, label: name }) => (
        <Link key={to} href={to} aria-current={location === to ? 'page' : undefined}>
          {t(name)}
        </Link>
      ))}
    </nav>
  );
}

export const setupTabs: { to: string; label: Key }[] = [
  { to: '/setup', label: 'setup.checklist' },
  { to: '/setup/topics', label: 'setup.topics' },
  { to: '/setup/policies', label: 'setup.policies' },
  { to: '/setup/entry', label: 'setup.entry' },
  { to: '/setup/widget', label: 'setup.widget' },
];

export const operatorTabs: { to: string; label: Key }[] = [
  { to: '/operator', label: 'operator.money' },
  { to: '/operator/brands', label: 'operator.brands' },
  { to: '/operator/payouts', label: 'operator.payouts' },
  { to: '/operator/jobs', label: 'operator.jobs' },
  { to: '/operator/audit', label: 'operator.audit' },
];
