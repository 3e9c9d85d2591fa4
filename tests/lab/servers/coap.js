// A CoAP server on 127.0.0.1:PORT with the library coap: node coap.js PORT
const coap = require('coap')

const server = coap.createServer((request, response) => {
  if (request.url === '/slow') {
    // Later than the acknowledgement: a separate response.
    setTimeout(() => response.end('late'), 150)
    return
  }
  if (request.url !== '/health') response.code = '4.04'
  response.end('well')
})
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'))
