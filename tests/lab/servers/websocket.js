// A WebSocket server on 127.0.0.1:PORT with the library ws: node websocket.js PORT
const { WebSocketServer } = require('ws')

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  handleProtocols: protocols => (protocols.has('chat') ? 'chat' : false)
})
// A chatty application: its frames come between the handshake and the pong.
server.on('connection', socket => {
  socket.send('welcome')
  socket.send(Buffer.alloc(20000))
})
server.on('listening', () => console.log('ready'))
