export default {
  // Blocks without a language are output: a guess would colour them at random.
  configureHljs: hljs => hljs.configure({ languages: [] }),
}
