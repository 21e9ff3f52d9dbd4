import React from 'react';

interface Props { title: string; }

export const Card: React.FC<Props> = ({ title }) => {
  return <section><Title text={title} /></section>;
};

export function Page(props: Props): JSX.Element {
  return <Card title={props.title} />;
}
