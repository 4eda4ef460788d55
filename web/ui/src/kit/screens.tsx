import { type ComponentType, lazy, type LazyExoticComponent, type ReactNode } from 'react';
import { Route, Switch } from 'wouter';

/** A screen of an app: its path below the app's, and the file that shows it. */
export type Screen = { path: string; screen: LazyExoticComponent<ComponentType> | ComponentType };

/** screen loads a file of src/<app>/screens when it is first shown. */
export function screen(load: () => Promise<{ default: ComponentType }>) {
  return lazy(load);
}

/** The screen of the present address; otherwise, where there is none. */
export function Screens({ of, otherwise }: { of: readonly Screen[]; otherwise: ReactNode }) {
  return (
    <Switch>
      {of.map(({ path, screen: Shown }) => (
        <Route key={path} path={path}>
          <Shown />
        </Route>
      ))}
      <Route>{otherwise}</Route>
    </Switch>
  );
}
