// A gRPC server with the standard health service on 127.0.0.1:PORT: node grpc.js PORT
const grpc = require('@grpc/grpc-js')
const { HealthImplementation } = require('grpc-health-check')

const server = new grpc.Server()
const health = new HealthImplementation({ '': 'SERVING', shop: 'SERVING', cellar: 'NOT_SERVING' })
health.addToServer(server)
server.bindAsync(`127.0.0.1:${process.argv[2]}`, grpc.ServerCredentials.createInsecure(), error => {
  if (error) throw error
  console.log('ready')
})
