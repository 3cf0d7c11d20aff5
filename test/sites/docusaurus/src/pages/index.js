export default function Home() {
  return 'Ferry Notes';
}
